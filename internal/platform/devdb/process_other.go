//go:build !linux

package devdb

import "syscall"

// endWithUs changes nothing here: the server stays and the next start uses it.
func endWithUs(attr *syscall.SysProcAttr, _ syscall.Signal) *syscall.SysProcAttr {
	return attr
}
