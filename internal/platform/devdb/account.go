package devdb

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the one that runs the server: the caller, or another when the
// caller is root, as whom PostgreSQL refuses to run.
type account struct {
	name     string
	uid, gid uint32
	other    bool
}

// chooseAccount returns the account for the server of the checkout: the caller;
// for root DEVDB_USER, the checkout's owner, postgres or nobody, in that order.
func chooseAccount(checkout string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: "you", uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	if name := os.Getenv("DEVDB_USER"); name != "" {
		a, ok := lookUp(name)
		if !ok {
			return account{}, fmt.Errorf("DEVDB_USER=%s: there is no such account, or it is root", name)
		}
		return a, nil
	}
	for _, name := range []string{ownerOf(checkout), "postgres", "nobody"} {
		if a, ok := lookUp(name); ok {
			return a, nil
		}
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody; name one in DEVDB_USER")
}

// lookUp returns the account of that name, or number, unless it is root.
func lookUp(name string) (account, bool) {
	if name == "" {
		return account{}, false
	}
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.LookupId(name); err != nil {
			return account{}, false
		}
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil || uid == 0 {
		return account{}, false
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), other: true}, true
}

// ownerOf returns the number of the account that owns path, or "".
func ownerOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return strconv.FormatUint(uint64(st.Uid), 10)
}

// attributes returns how a program is started as this account, in a process
// group of its own so that the terminal's Ctrl-C does not reach it.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// give makes this account the owner of one file or folder.
func (a account) give(path string) error {
	if !a.other {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("hand %s to the account %s: %w", path, a.name, err)
	}
	return nil
}

// giveAll makes this account the owner of a folder with all that is in it, if
// it is not already.
func (a account) giveAll(dir string) error {
	if ownerOf(dir) == strconv.FormatUint(uint64(a.uid), 10) {
		return nil
	}
	if !a.other {
		return fmt.Errorf("the data in %s belongs to another account; run this as that account or as root", dir)
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return a.give(path)
	})
}

// canEnter reports whether the account may pass through every folder of path,
// by the permission bits.
func (a account) canEnter(path string) bool {
	for {
		if !a.canPass(path) {
			return false
		}
		parent := filepath.Dir(path)
		if parent == path {
			return true
		}
		path = parent
	}
}

func (a account) canPass(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	mode := info.Mode().Perm()
	switch {
	case st.Uid == a.uid:
		return mode&0o100 != 0
	case st.Gid == a.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}
