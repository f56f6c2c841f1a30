//go:build !race

package main

// raceMemory is how many times the memory a program takes that looks for races; this
// one does not.
const raceMemory = 1
