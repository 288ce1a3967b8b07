package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"familypact.example/portal/internal/clients/eligibility"
	"familypact.example/portal/internal/clients/incometable"
	"familypact.example/portal/internal/config"
)

// decideCmd applies the rules of eligibility to a file of facts. It prints
// nothing unless the whole file could be decided. With --replay it decides
// again what was decided before.
type decideCmd struct {
	config.Config `embed:""`
	File          string `arg:"" optional:"" help:"CSV file of facts; standard input when left out or -."`
	Database      bool   `help:"Use the published income tables of the database instead of those that come with the program."`
	Replay        string `placeholder:"ID" help:"Decide a stored determination again: its id, or the number of its application."`
}

// badInput is the exit status for a file of facts that is not good.
const badInput exitError = 2

// Run decides the file to standard output. It says itself what is wrong with
// the file, and ends the program with status 2 then.
func (c *decideCmd) Run(ctx context.Context) error {
	if c.Replay != "" {
		return c.replay(ctx, os.Stdout)
	}
	err := c.decide(ctx, os.Stdout)
	if bad, ok := errors.AsType[*inputError](err); ok {
		fmt.Fprintln(os.Stderr, "portal:", bad)
		return badInput
	}
	return err
}

func (c *decideCmd) decide(ctx context.Context, out io.Writer) error {
	tables := incometable.Shipped()
	if c.Database {
		var err error
		if tables, err = databaseTables(ctx); err != nil {
			return fmt.Errorf("read the income tables of the database: %w", err)
		}
	}
	in, name := os.Stdin, "standard input"
	if c.File != "" && c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		in, name = file, c.File
	}
	err := decideCSV(stoppable{ctx, in}, out, tables)
	if bad, ok := errors.AsType[*inputError](err); ok {
		bad.file = name
	}
	return err
}

// stoppable is input that ends with an error once the program is told to stop.
type stoppable struct {
	ctx context.Context
	in  io.Reader
}

// Read reads from the input.
func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.in.Read(p)
}

// inputError is a fault of the file of facts.
type inputError struct {
	file         string
	line, column int
	fact         string
	problem      string
}

// Error says where the fault is and what it is.
func (e *inputError) Error() string {
	where := fmt.Sprintf("line %d, column %d", e.line, e.column)
	if e.file != "" {
		where = e.file + ": " + where
	}
	if e.fact != "" {
		where += " (" + e.fact + ")"
	}
	return where + ": " + e.problem
}

// decideCSV reads facts from in, one set in a line below a header with the
// names of the columns, and writes each line followed by its decision. The
// error for a bad file is an inputError. Memory does not grow with the file:
// the answer waits in a temporary file and reaches out only when all of the
// input was good.
func decideCSV(in io.Reader, out io.Writer, tables []eligibility.IncomeTable) error {
	spool, err := newSpool()
	if err != nil {
		return fmt.Errorf("keep the decisions until all are made: %w", err)
	}
	defer func() { _ = spool.Close() }()
	buffered := bufio.NewWriterSize(spool, spoolBuffer)
	if err := decideRows(in, buffered, tables); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("keep the decisions until all are made: %w", err)
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(out, spool); err != nil {
		return fmt.Errorf("write the decisions: %w", err)
	}
	return nil
}

const spoolBuffer = 256 << 10

// newSpool returns a temporary file that is already without a name, so that
// nothing is left behind however the program ends.
func newSpool() (*os.File, error) {
	file, err := os.CreateTemp("", "portal-decide-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func decideRows(in io.Reader, out *bufio.Writer, tables []eligibility.IncomeTable) error {
	facts, err := newFactsReader(in)
	if err != nil {
		return err
	}
	line := appendHeader(nil, facts.header)
	for {
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("keep the decisions until all are made: %w", err)
		}
		cells, err := facts.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		d := eligibility.Decide(facts.facts, tables)
		line = appendDecision(appendCells(line[:0], cells), &d)
	}
}
