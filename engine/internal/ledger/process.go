package ledger

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// process says which process holds a lease, well enough to tell that it has
// ended. A pid alone cannot: it means nothing on another machine or in another
// container, and it is given out again.
type process struct {
	host string // the machine's name, for people
	// space is where the pid means something: one boot of a machine and one
	// pid namespace. Empty when the system does not say.
	space string
	pid   int
	start string // when the process began, in the system's own measure
}

func thisProcess() process {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed machine"
	}
	p := process{host: host, pid: os.Getpid()}
	boot, bootErr := os.ReadFile("/proc/sys/kernel/random/boot_id")
	space, spaceErr := os.Readlink("/proc/self/ns/pid")
	if bootErr == nil && spaceErr == nil {
		p.space = strings.TrimSpace(string(boot)) + " " + space
	}
	p.start = startOf("self")
	return p
}

// id is the part of a process that is stored beside host and pid.
func (p process) id() string { return p.space + "/" + p.start }

// ended reports whether the process that stored id with pid has surely ended,
// as far as the process p can tell. In doubt it says no: the lease then runs
// out by its time.
func (p process) ended(id string, pid int) bool {
	space, start, ok := strings.Cut(id, "/")
	if !ok || space == "" || space != p.space {
		return false
	}
	proc, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	err = proc.Signal(syscall.Signal(0))
	if errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return true
	}
	now := startOf(strconv.Itoa(pid))
	return now != "" && start != "" && now != start
}

// startOf returns when a process began, from the 22nd field of its line in
// /proc; "" when the system has none. A process that ended and was not yet
// collected by its parent began at "ended", which is no process's start.
func startOf(pid string) string {
	line, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return ""
	}
	// The second field is the program's name in parentheses, spaces and all.
	name := strings.LastIndexByte(string(line), ')')
	fields := strings.Fields(string(line[name+1:]))
	if len(fields) < 20 {
		return ""
	}
	if fields[0] == "Z" || fields[0] == "X" {
		return "ended"
	}
	return fields[19]
}
