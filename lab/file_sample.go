//go:build unix

package lab

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
	"os"
	"slices"
)

// SampleFile sends the sample picture to itself: receiver and sender in one program.
type SampleFile struct {
	Folder string
	Buffer int
	Bar    bool
}

// Run shows both sides.
func (f SampleFile) Run(l *Lab) error {
	folder, err := os.OpenRoot(f.Folder)
	if err != nil {
		return l.failed(bare(err), sayFileFolder, quoted([]byte(f.Folder), 0))
	}
	defer folder.Close()
	server, at, err := side{l, sideReceiver}.Listen(anyPort, 1)
	if err != nil {
		return err
	}
	defer server.Close()
	sent := make(chan error, 1)
	l.Go(func() {
		err := SendFile{To: at, Buffer: f.Buffer, Bar: f.Bar}.Run(l)
		if sent <- err; err != nil {
			server.wake("enough")
		}
	})
	client, err := server.Accept()
	if err == nil {
		err = ReceiveFile{Buffer: f.Buffer}.take(l, client, folder)
	}
	return errors.Join(<-sent, err)
}

// The sample picture: two sockets and the wire between them.
const sampleWide, sampleHigh = 320, 160

// sampleColors are what sampleColor numbers.
var sampleColors = [...][3]byte{{24, 28, 48}, {28, 33, 55}, {33, 38, 63}, {20, 24, 34}, {90, 200, 220}, {210, 140, 90}, {255, 255, 255}, {250, 220, 120}}

// samplePicture is it as a PNG (RFC 2083) with a table of colors. Nothing in it is compressed, so that
// jim need not hold a program that draws or packs (zlib stored blocks: RFC 1950, RFC 1951 section 3.2.4).
func samplePicture() []byte {
	head := binary.BigEndian.AppendUint32(nil, sampleWide)
	head = binary.BigEndian.AppendUint32(head, sampleHigh)
	head = append(head, 8, 3, 0, 0, 0) // 8 bits for a number of the table
	var colors, points []byte
	for _, c := range sampleColors {
		colors = append(colors, c[:]...)
	}
	for y := range sampleHigh {
		points = append(points, 0) // no filter
		for x := range sampleWide {
			points = append(points, sampleColor(x, y))
		}
	}
	packed := []byte{0x78, 0x01}
	for block := range slices.Chunk(points, 0xffff) {
		last := byte(0)
		if len(block) < 0xffff { // the picture is no multiple of it
			last = 1
		}
		packed = binary.LittleEndian.AppendUint16(append(packed, last), uint16(len(block)))
		packed = binary.LittleEndian.AppendUint16(packed, ^uint16(len(block)))
		packed = append(packed, block...)
	}
	packed = binary.BigEndian.AppendUint32(packed, adler32.Checksum(points))
	picture := []byte("\x89PNG\r\n\x1a\n")
	for _, part := range []struct {
		name string
		data []byte
	}{{"IHDR", head}, {"PLTE", colors}, {"IDAT", packed}, {"IEND", nil}} {
		picture = binary.BigEndian.AppendUint32(picture, uint32(len(part.data)))
		named := append([]byte(part.name), part.data...)
		picture = binary.BigEndian.AppendUint32(append(picture, named...), crc32.ChecksumIEEE(named))
	}
	return picture
}

func sampleColor(x, y int) byte {
	for i, cx := range []int{80, 240} {
		dx, dy := x-cx, y-80
		far := dx*dx + dy*dy
		hole := (dx+14)*(dx+14)+dy*dy < 36 || (dx-14)*(dx-14)+dy*dy < 36
		switch {
		case hole:
			return 3
		case far < 40*40:
			return byte(4 + i)
		case far < 44*44:
			return 6
		}
	}
	if x > 80 && x < 240 && y > 76 && y < 84 {
		return 7
	}
	return byte((x*x/9 + y*y/7) / 40 % 3)
}
