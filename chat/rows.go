package chat

// rows is what is left of an answer for the rows of a list, in bytes: what people write into them, topics and
// what they say they are doing, can be longer than an answer allows for as many as a page has.
type rows struct {
	left  int
	begun bool
}

func (s *Session) rows() rows {
	largest := s.limits().Answer
	return rows{left: largest - min(envelope, largest/4)}
}

// take tells whether a row of that many bytes still fits, and then takes its room. The first one always does, or
// there would be no way past it.
func (r *rows) take(size int) bool {
	fits := !r.begun || size <= r.left
	r.begun = true
	r.left -= size
	return fits
}
