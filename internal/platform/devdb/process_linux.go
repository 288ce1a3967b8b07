package devdb

import "syscall"

// endWithUs asks the kernel to send the signal to the program when the thread
// that started it ends, even by kill -9.
func endWithUs(attr *syscall.SysProcAttr, signal syscall.Signal) *syscall.SysProcAttr {
	attr.Pdeathsig = signal
	return attr
}
