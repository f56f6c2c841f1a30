package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"

	"jim/client"
)

// tokenFile is where the token is kept that logs a name in at an address: a file that only
// the user can read, in $XDG_STATE_HOME/jim/tokens or ~/.local/state/jim/tokens.
type tokenFile struct {
	path string // "" = there is no home to keep it in
	keptToken
}

// keptToken is what stands in the file.
type keptToken struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	Token   string `json:"token"`
}

// findToken finds where the token of a name at an address is kept, whether it exists
// or not.
func findToken(address, name string) (*tokenFile, error) {
	address, err := client.Normalize(address)
	if err != nil {
		return nil, err
	}
	t := &tokenFile{keptToken: keptToken{Address: address, Name: name}}
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home, err := os.UserHomeDir()
		if err != nil {
			return t, nil
		}
		dir = filepath.Join(home, ".local", "state")
	}
	sum := sha256.Sum256([]byte(address + "\n" + strings.ToLower(name)))
	t.path = filepath.Join(dir, "jim", "tokens", hex.EncodeToString(sum[:16])+".json")
	return t, nil
}

// read returns the token, "" when none is kept.
func (t *tokenFile) read() (string, error) {
	data, err := os.ReadFile(t.path)
	if t.path == "" || errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the token: %w", err)
	}
	var kept keptToken
	if err := json.Unmarshal(data, &kept); err != nil || kept.Address != t.Address {
		return "", nil // damaged, or of another server: as good as none
	}
	return kept.Token, nil
}

// write keeps a token; a crash leaves the old one or the new one.
func (t *tokenFile) write(secret string) error {
	if t.path == "" {
		return errors.New("there is no home folder to keep the token in")
	}
	t.Token = secret
	data, err := json.Marshal(t.keptToken)
	if err != nil {
		return fmt.Errorf("keeping the token: %w", err)
	}
	if err := writePrivate(t.path, append(data, '\n')); err != nil {
		return fmt.Errorf("keeping the token: %w", err)
	}
	return nil
}

// writePrivate replaces a file, readable by its owner only, at once.
func writePrivate(path string, data []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // which makes it 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// forget removes a token that is worth nothing any more.
func (t *tokenFile) forget() error {
	if err := os.Remove(t.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the token: %w", err)
	}
	return nil
}
