package app

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"familypact.example/portal/internal/office/setting"
	"familypact.example/portal/internal/people/account"
	"familypact.example/portal/internal/platform/authz"
	"familypact.example/portal/internal/platform/postgres"
	"familypact.example/portal/internal/platform/ratelimit"
	"familypact.example/portal/internal/server"
)

// limits counts what people try, by the program's settings, and refuses too
// many (security.md 10.2, decisions 41).
type limits struct{ db *postgres.DB }

// request counts a request that changes something: by account for those signed
// in, else by network address. Reads are not counted here: a page must not
// cost a write.
func (l limits) request(ctx context.Context, actor authz.Actor, method string) error {
	switch {
	case method == server.KeepsSession:
		return l.byAddress(ctx, setting.LimitAnonymousGet, actor)
	case method != http.MethodPost:
		return nil
	case actor.Account != uuid.Nil:
		return l.take(ctx, setting.LimitSignedIn, actor.Account.String())
	}
	return l.byAddress(ctx, setting.LimitAnonymous, actor)
}

// SignIn counts a try to sign in. On a known device of the account it is not
// counted by address: a stranger behind the same one must not lock it out, nor
// may the device try other names for nothing.
func (l limits) SignIn(ctx context.Context, actor authz.Actor, name string, known bool) error {
	if !known {
		if err := l.byAddress(ctx, setting.LimitSignIn, actor); err != nil {
			return err
		}
	}
	return l.take(ctx, setting.LimitSignInAccount, ratelimit.Address(actor.Origin.Address)+" "+account.Fold(name))
}

// Forgot counts a request for a reset code; the name "" is the typing of one.
func (l limits) Forgot(ctx context.Context, actor authz.Actor, name string) error {
	if err := l.byAddress(ctx, setting.LimitForgotPasswordFrom, actor); err != nil || name == "" {
		return err
	}
	return l.take(ctx, setting.LimitForgotPassword, account.Fold(name))
}

// Register counts a registration that is begun.
func (l limits) Register(ctx context.Context, actor authz.Actor) error {
	return l.byAddress(ctx, setting.LimitRegister, actor)
}

// RegisterMail counts a code to be mailed to somebody who registers.
func (l limits) RegisterMail(ctx context.Context, actor authz.Actor, email string) error {
	if err := l.byAddress(ctx, setting.LimitPasscodeMailFrom, actor); err != nil {
		return err
	}
	return l.take(ctx, setting.LimitRegisterEmail, account.Fold(email))
}

// PasscodeMail counts a passcode to be mailed.
func (l limits) PasscodeMail(ctx context.Context, actor authz.Actor) error {
	return l.byAddress(ctx, setting.LimitPasscodeMailFrom, actor)
}

func (l limits) byAddress(ctx context.Context, s setting.Setting[ratelimit.Limit], actor authz.Actor) error {
	return l.take(ctx, s, ratelimit.Address(actor.Origin.Address))
}

func (l limits) take(ctx context.Context, s setting.Setting[ratelimit.Limit], bucket string) error {
	limit, err := s.Get(ctx, l.db)
	if err != nil {
		return fmt.Errorf("%w: %w", ratelimit.ErrUnread, err)
	}
	return ratelimit.Take(ctx, l.db, limit, bucket)
}
