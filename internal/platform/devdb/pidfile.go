package devdb

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// pidFile is what postmaster.pid says.
type pidFile struct {
	pid   int
	ready bool
}

// readPidFile reads postmaster.pid; false means that there is none, or that it
// is not fully written yet.
func readPidFile(path string) (pidFile, bool) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return pidFile{}, false
	}
	return pidFile{pid: pid, ready: len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"}, true
}

// serves reports whether the process is a living PostgreSQL on the folder data.
// A zombie is none: in a container whose first process is slow to reap, a dead
// server stays one for seconds.
func (f pidFile) serves(data string) bool {
	state, name, ok := processState(f.pid)
	if !ok || strings.HasPrefix(state, "Z") || !strings.Contains(name, "postgres") {
		return false
	}
	cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(f.pid), "cwd"))
	if err != nil {
		return true // cannot be seen here
	}
	real, err := filepath.EvalSymlinks(data)
	return err != nil || cwd == real
}

// processState returns the state and the name of a process.
func processState(pid int) (state, name string, ok bool) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err == nil {
		return parseStat(string(raw))
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		return "", "", false
	}
	out, err := exec.Command("ps", "-o", "stat=,comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", "", false
	}
	state, name, ok = strings.Cut(strings.TrimSpace(string(out)), " ")
	return state, name, ok
}

// parseStat reads /proc/<pid>/stat: the name stands in brackets and may itself
// contain some, the state follows the last one.
func parseStat(raw string) (state, name string, ok bool) {
	open, end := strings.Index(raw, "("), strings.LastIndex(raw, ")")
	if open < 0 || end < open || end+2 >= len(raw) {
		return "", "", false
	}
	return raw[end+2 : end+3], raw[open+1 : end], true
}
