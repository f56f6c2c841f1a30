package bench

import "context"

// split is where the time of a message goes inside a server of JIM, from its
// statistics of an operator. The zero value knows nothing.
type split struct {
	stats func(context.Context) (map[string]uint64, error)
	start map[string]uint64
}

// splitOf begins to measure, where the server tells.
func splitOf(ctx context.Context, s *Server) (*split, error) {
	if s.Stats == nil {
		return &split{}, nil
	}
	start, err := s.Stats(ctx)
	return &split{s.Stats, start}, err
}

// figures are means since the start, one for each step. A message waits through
// all of them but the last, of which it waits for those of the members before it.
func (p *split) figures(ctx context.Context) (Figures, error) {
	if p.stats == nil {
		return nil, nil
	}
	end, err := p.stats(ctx)
	if err != nil {
		return nil, err
	}
	var f Figures
	mean := func(key, label, ns, times string) {
		n := end[times] - p.start[times] // of a short measurement nothing may have been timed
		f.add(key, label, "µs", float64(end[ns]-p.start[ns])/1000/float64(max(n, 1)))
	}
	mean("decode_us", "of it decoding an object", "decode_ns", "decodes")
	mean("wait_us", "waiting for the commit before", "keep_wait_ns", "keep_groups")
	mean("keep_us", "writing its group's rows", "keep_write_ns", "keep_groups")
	mean("flush_us", "committing them, with fsync", "keep_flush_ns", "keep_groups")
	mean("tell_us", "putting them into all outboxes", "tell_ns", "tells")
	mean("write_us", "one write to one member", "write_ns", "writes")
	groups := end["keep_groups"] - p.start["keep_groups"]
	f.add("group", "messages in a commit", "", float64(end["keep_entries"]-p.start["keep_entries"])/float64(max(groups, 1)))
	return f, nil
}
