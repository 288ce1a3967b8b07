package account

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"familypact.example/portal/internal/platform/audit"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/civil"
	"familypact.example/portal/internal/platform/locale"
	"familypact.example/portal/internal/platform/message"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/secret"
)

// Way is a way in which a client may be told something that they have not just
// asked for (security.md 14.1). The portal's own inbox needs no choice.
type Way string

// The ways that an account can have. They are named as those of a record.
const (
	ByEmail Way = "email"
	ByText  Way = "text"
)

// ClientAccount is the account of a client to be created. PasswordHash comes
// from Hasher.Hash, before the transaction.
type ClientAccount struct {
	Username     string
	FirstName    string
	LastName     string
	BirthOn      civil.Date
	Email        string // empty: none, and passcodes come from the app
	Language     locale.Language
	PasswordHash string
	Channel      Channel // App when there is no e-mail, whatever is given
	Ways         []Way   // that the client has called safe; empty: nothing leaves the portal
}

// CreateClientTx creates the account of a client and returns its id. Names,
// birth date, e-mail and ways are sealed, username and e-mail found by a blind
// index (security.md 12, decisions 39). It returns ErrUsernameTaken when
// another account of any kind has the username; the transaction can go on
// then. Several clients may share an e-mail: whether one has it is told to
// nobody (security.md 9.1), and they sign in by username. The caller has
// checked password and birth date, and writes the audit entry of its own deed.
func CreateClientTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, c ClientAccount) (uuid.UUID, error) {
	if err := CheckUsername(c.Username); err != nil {
		return uuid.Nil, err
	}
	if c.Email == "" || c.Channel == "" {
		c.Channel = App
	}
	if c.Language == "" {
		c.Language = locale.English
	}
	names := ClientKeys(ring, c.Username)
	if taken, err := usernameTaken(ctx, tx, c.Username, names); err != nil || taken {
		return uuid.Nil, orTaken(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, fmt.Errorf("create account: %w", err)
	}
	h, err := seal(ring, id, c)
	if err != nil {
		return uuid.Nil, fmt.Errorf("create account: %w", err)
	}
	created, err := insertClient(ctx, tx, id, names[0], emailKey(ring, c.Email), c, h)
	if err != nil {
		return uuid.Nil, fmt.Errorf("create account: %w", err)
	}
	if !created {
		return uuid.Nil, ErrUsernameTaken
	}
	return id, nil
}

func orTaken(err error) error {
	if err == nil {
		return ErrUsernameTaken
	}
	return fmt.Errorf("create account: %w", err)
}

// usernameTaken makes those who choose the same username wait for one another
// and reports whether an account has it, in the clear or under a blind index.
func usernameTaken(ctx context.Context, tx *postgres.Tx, username string, clientKeys []string) (bool, error) {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('username ' || $1, 0))`, clientKeys[0])
	if err != nil {
		return false, err
	}
	return postgres.Value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM account WHERE username_key = ANY($1))`,
		append([]string{Fold(username)}, clientKeys...))
}

func emailKey(ring *secret.Ring, email string) *string {
	if email == "" {
		return nil
	}
	return &ClientKeys(ring, email)[0]
}

func insertClient(ctx context.Context, tx *postgres.Tx, id uuid.UUID, key string, email *string, c ClientAccount, h Hidden) (bool, error) {
	count, err := postgres.Changed(ctx, tx, `
		INSERT INTO account (id, kind, username_key, email_key, username_sealed, first_name_sealed, last_name_sealed,
			email_sealed, birth_on_sealed, ways_sealed, language, password_hash, password_set_at, passcode_channel, created_at)
		VALUES (@id, 'client', @key, @email_key, @username, @first, @last, @email, @birth, @ways,
			@language, @password_hash, @now, @channel, @now)
		ON CONFLICT ON CONSTRAINT account_username_key DO NOTHING`,
		pgx.NamedArgs{
			"id": id, "key": key, "email_key": email, "username": h.UsernameSealed, "first": h.FirstNameSealed,
			"last": h.LastNameSealed, "email": h.EmailSealed, "birth": h.BirthOnSealed, "ways": h.WaysSealed,
			"language": c.Language, "password_hash": c.PasswordHash, "channel": c.Channel, "now": tx.Now(),
		})
	return count == 1, err
}

// Hidden are the sealed columns of a client's account, nil in those of others.
type Hidden struct {
	UsernameSealed  []byte
	FirstNameSealed []byte
	LastNameSealed  []byte
	EmailSealed     []byte // nil: no e-mail
	BirthOnSealed   []byte
	WaysSealed      []byte // nil: none chosen
}

const hiddenColumns = `a.username_sealed, a.first_name_sealed, a.last_name_sealed, a.email_sealed, a.birth_on_sealed, a.ways_sealed`

// nameLength is the length to which names are filled up before they are
// sealed.
const nameLength = 64

func cell(column string, id uuid.UUID) secret.Cell {
	return secret.Cell{Table: "account", Column: column, Row: id}
}

func seal(ring *secret.Ring, id uuid.UUID, c ClientAccount) (h Hidden, err error) {
	for _, f := range []struct {
		column string
		to     *[]byte
		plain  string
		length int
	}{
		{"username_sealed", &h.UsernameSealed, c.Username, nameLength},
		{"first_name_sealed", &h.FirstNameSealed, c.FirstName, nameLength},
		{"last_name_sealed", &h.LastNameSealed, c.LastName, nameLength},
		{"birth_on_sealed", &h.BirthOnSealed, c.BirthOn.String(), 0},
	} {
		text := f.plain
		if f.length > 0 {
			text = secret.Pad(text, f.length)
		}
		if *f.to, err = ring.Seal(cell(f.column, id), text); err != nil {
			return Hidden{}, err
		}
	}
	if c.Email != "" {
		if h.EmailSealed, err = sealEmail(ring, id, c.Email); err != nil {
			return Hidden{}, err
		}
	}
	h.WaysSealed, err = sealWays(ring, id, c.Ways)
	return h, err
}

func sealEmail(ring *secret.Ring, id uuid.UUID, email string) ([]byte, error) {
	return ring.Seal(cell("email_sealed", id), secret.Pad(email, nameLength))
}

func sealWays(ring *secret.Ring, id uuid.UUID, ways []Way) ([]byte, error) {
	text, err := json.Marshal(ways)
	if err != nil {
		return nil, err
	}
	return ring.Seal(cell("ways_sealed", id), secret.Pad(string(text), nameLength))
}

// Opened returns the account of a client with username, names and e-mail
// opened, and any other account as it is.
func (a Account) Opened(ring *secret.Ring) (Account, error) {
	if a.Kind != Client {
		return a, nil
	}
	var faults [4]error
	open := func(i int, column string, sealed []byte) string {
		if sealed == nil {
			return ""
		}
		plain, err := ring.Open(cell(column, a.ID), sealed)
		faults[i] = err
		return secret.Unpad(plain)
	}
	a.Username = open(0, "username_sealed", a.UsernameSealed)
	a.FirstName = open(1, "first_name_sealed", a.FirstNameSealed)
	a.LastName = open(2, "last_name_sealed", a.LastNameSealed)
	a.Email = open(3, "email_sealed", a.EmailSealed)
	if err := errors.Join(faults[:]...); err != nil {
		return Account{}, err
	}
	var err error
	a.Ways, err = a.openWays(ring)
	return a, err
}

func (a Account) openWays(ring *secret.Ring) (ways []Way, err error) {
	if a.WaysSealed == nil {
		return nil, nil
	}
	text, err := ring.Open(cell("ways_sealed", a.ID), a.WaysSealed)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &ways); err != nil {
		return nil, fmt.Errorf("read ways of account %s: not as they were written", a.ID)
	}
	return ways, nil
}

// OpenEmail opens the e-mail of the client's account with the id.
func OpenEmail(ring *secret.Ring, id uuid.UUID, sealed []byte) (string, error) {
	plain, err := ring.Open(cell("email_sealed", id), sealed)
	return secret.Unpad(plain), err
}

// BirthOn returns the birth date of a client's account, the zero date for
// others.
func (a Account) BirthOn(ring *secret.Ring) (civil.Date, error) {
	if a.BirthOnSealed == nil {
		return civil.Date{}, nil
	}
	text, err := ring.Open(cell("birth_on_sealed", a.ID), a.BirthOnSealed)
	if err != nil {
		return civil.Date{}, err
	}
	return civil.Parse(text)
}

// Recipient says how the owner of an account that was Opened gets what they
// have asked for in this minute: a code, a username (security.md 14.1). The
// mail to a client is neutral and names nobody.
func (a Account) Recipient() message.Recipient {
	if a.Kind == Client {
		return message.Recipient{Account: a.ID, Sealed: true, Email: a.Email, Language: a.Language}
	}
	return message.Recipient{Account: a.ID, Name: a.Name(), Email: a.Email, Language: a.Language}
}

// Told says how the owner of an account that was Opened is told what they have
// not asked for. To a client nothing leaves the portal in a way that was not
// chosen (security.md 14.1).
func (a Account) Told() message.Recipient {
	to := a.Recipient()
	if a.Kind == Client && !slices.Contains(a.Ways, ByEmail) {
		to.Email = ""
	}
	return to
}

// SetWaysTx stores the ways that a client has called safe. The audit entry is
// the caller's.
func SetWaysTx(ctx context.Context, tx *postgres.Tx, ring *secret.Ring, id uuid.UUID, ways []Way) error {
	sealed, err := sealWays(ring, id, ways)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE account SET ways_sealed = $2 WHERE id = $1 AND kind = 'client' AND removed_at IS NULL`, id, sealed)
	return err
}

// ClientKeys returns what username_key or email_key of a client's account hold
// when its username or e-mail is the given one: the blind index of the folded
// name in hexadecimal, under every key that is still in use, the newest first.
func ClientKeys(ring *secret.Ring, name string) []string {
	indexes := ring.Indexes(clientName, Fold(name))
	keys := make([]string, len(indexes))
	for i, index := range indexes {
		keys[i] = hex.EncodeToString(index)
	}
	return keys
}

// clientName is what the blind indexes of clients' usernames and e-mails are
// made for.
const clientName = "account-client-name"

// CreateClient is CreateClientTx with the password itself, in a transaction of
// its own with its audit entry. It is for data that are made, not typed.
func (s *Service) CreateClient(ctx context.Context, actor authz.Actor, c ClientAccount, password string) (uuid.UUID, error) {
	if err := s.rules.Check(Client, password, c.FirstName, c.LastName, localPart(c.Email), c.Username); err != nil {
		return uuid.Nil, err
	}
	var err error
	if c.PasswordHash, err = s.hasher.Hash(ctx, norm.NFC.String(password)); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err = s.db.InTx(ctx, actor.AsSystem(), func(tx *postgres.Tx) error {
		if id, err = CreateClientTx(ctx, tx, s.ring, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, actor, "account.create", subject(id))
	})
	return id, err
}
