package wire

import (
	"io"
	"sync/atomic"
)

// Batch is objects on their way to a peer, in order, each ended by LF. It is
// encoded once and shared by everybody who is told: nobody may change one that
// has been handed on.
type Batch struct {
	data   []byte
	ends   []int32
	framed atomic.Pointer[[]byte]

	readers atomic.Int32 // to be told, with those who were not counted as well
	made    atomic.Pointer[io.Closer]
	making  atomic.Bool // somebody makes it, or did
}

// NewBatch is an empty batch with room for about so many bytes.
func NewBatch(size int) *Batch {
	return &Batch{data: make([]byte, 0, size)}
}

// Append encodes one more object with encode, which appends it without LF.
func (b *Batch) Append(encode func(dst []byte) []byte) {
	b.data = append(encode(b.data), '\n')
	b.ends = append(b.ends, int32(len(b.data)))
}

// AppendEvent adds an event.
func (b *Batch) AppendEvent(e *Event) {
	b.data = append(e.AppendJSON(b.data), '\n')
	b.ends = append(b.ends, int32(len(b.data)))
}

// AppendKept adds the answer to something that was kept; see [AppendKept].
func (b *Batch) AppendKept(id string, at Time, to string, seq uint64) {
	b.data = append(AppendKept(b.data, id, at, to, seq), '\n')
	b.ends = append(b.ends, int32(len(b.data)))
}

// AppendResponse adds a response.
func (b *Batch) AppendResponse(r *Response) error {
	data, err := r.AppendJSON(b.data)
	if err != nil {
		return err
	}
	b.data = append(data, '\n')
	b.ends = append(b.ends, int32(len(b.data)))
	return nil
}

// Bytes are all objects as a stream carries them.
func (b *Batch) Bytes() []byte { return b.data }

// Len is the number of objects.
func (b *Batch) Len() int { return len(b.ends) }

// Object is the i-th object with its LF.
func (b *Batch) Object(i int) []byte {
	start := int32(0)
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.data[start:b.ends[i]]
}

// Framed is the batch as another framing has it, made once by encode and kept
// for all who share the batch. There is room for one such framing (WebSocket's).
func (b *Batch) Framed(encode func(*Batch) []byte) []byte {
	if p := b.framed.Load(); p != nil {
		return *p
	}
	data := encode(b)
	b.framed.Store(&data)
	return data
}

// Share says to how many readers the batch is handed, before it is. Each of them
// says Done when it needs the batch no more.
func (b *Batch) Share(readers int) { b.readers.Store(int32(readers)) }

// Readers is how many have yet to say Done; 0 or less where nobody has counted.
func (b *Batch) Readers() int { return int(b.readers.Load()) }

// Done is said by each reader of a shared batch once. After the last, what was made of the batch
// is closed. Where somebody never says it, that is left to the collector of garbage.
func (b *Batch) Done() {
	if b.readers.Add(-1) != 0 {
		return
	}
	if made := b.made.Swap(nil); made != nil {
		(*made).Close()
	}
}

// Made is what one of the readers made of the batch, for all of them; nil where it
// could not be made, and while it is not there yet: nobody waits for it.
func (b *Batch) Made(make func(*Batch) io.Closer) io.Closer {
	if made := b.made.Load(); made != nil {
		return *made
	}
	if b.making.Swap(true) {
		return nil
	}
	made := make(b)
	if made != nil {
		b.made.Store(&made)
	}
	return made
}
