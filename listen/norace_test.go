//go:build !race

package listen

// raceFactor is twice what memory may grow by under the race detector.
const raceFactor = 2
