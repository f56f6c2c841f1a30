package under

import (
	"os"
	"path/filepath"
	"slices"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Survive writes into the folder dir what the disk holds after the power went: all that was synced, and of the rest
// what the lot decides. Each sector of a write that was not synced is there or not,
// whatever became of those before and after it; so is each truncation and each removal.
func (d *Disk) Survive(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	luck := []float64{0, 0.02, 0.5, 0.98, 1}[d.rand.IntN(5)] // how much of the rest
	return d.write(dir, func() bool { return d.rand.Float64() < luck })
}

// SurviveLeast is Survive where nothing is there that was not synced.
func (d *Disk) SurviveLeast(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.write(dir, func() bool { return false })
}

// write writes the stable files, and what kept says of the rest. d.mu is held.
func (d *Disk) write(dir string, kept func() bool) error {
	names := make([]string, 0, len(d.files))
	for name := range d.files {
		names = append(names, name)
	}
	slices.Sort(names) // the lot falls in one order
	for _, name := range names {
		c := d.files[name]
		data := slices.Clone(c.stable)
		there := c.there
		for _, p := range c.pending {
			for _, piece := range p.sectors() {
				if kept() {
					data, there = piece.apply(data), true
				}
			}
		}
		if !there || c.removed && kept() {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// sectors are the parts of a change that are each there or not.
func (c change) sectors() []change {
	if c.trunc {
		return []change{c}
	}
	var parts []change
	for at, data := c.at, c.data; len(data) > 0; {
		n := min(int64(len(data)), sector-at%sector)
		parts = append(parts, change{at: at, data: data[:n]})
		at, data = at+n, data[n:]
	}
	return parts
}

// apply makes the change in data, which may be grown in place.
func (c change) apply(data []byte) []byte {
	if c.trunc {
		if c.at <= int64(len(data)) {
			return data[:c.at]
		}
		return append(data, make([]byte, c.at-int64(len(data)))...)
	}
	if end := c.at + int64(len(c.data)); end > int64(len(data)) {
		data = append(data, make([]byte, end-int64(len(data)))...)
	}
	copy(data[c.at:], c.data)
	return data
}
