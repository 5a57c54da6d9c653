package wasm

import "bytes"

// Image is what an instance's memory and globals hold at one moment. It is
// immutable and safe for concurrent use.
type Image struct {
	size    uint64 // of the memory, in bytes
	pages   []imagePage
	globals []uint64
}

type imagePage struct {
	number int
	data   []byte
}

var zeroPage [hostPage]byte

// Take makes an image of the seat as it is now. The first stack bytes of the
// memory are a stack that nothing stands on; they are zero in the image.
func Take(s *Seat, stack uint64) *Image {
	memory := s.instance.Memory()
	clear(memory[:min(stack, uint64(len(memory)))])
	img := &Image{
		size:    uint64(len(memory)),
		globals: s.instance.Globals(nil),
	}
	for i := range len(memory) / hostPage {
		page := memory[i*hostPage : (i+1)*hostPage]
		if bytes.Equal(page, zeroPage[:]) {
			continue
		}
		img.pages = append(img.pages, imagePage{number: i, data: bytes.Clone(page)})
	}
	return img
}

// Size is the size of the memory in bytes; Pages counts the pages of 4 KiB that
// aren't all zero.
func (img *Image) Size() uint64 { return img.size }

// Pages counts the pages of 4 KiB that aren't all zero.
func (img *Image) Pages() int { return len(img.pages) }

// put makes every byte of the slot the image's. Bytes beyond the image's size
// become zero.
func (img *Image) put(slot *Slot) {
	memory := slot.memory()
	n := len(memory) / hostPage
	if cap(slot.resident) < n {
		slot.resident = make([]bool, n)
	}
	resident := slot.resident[:n]
	known := residentPages(memory, resident)
	next := 0
	for i := range n {
		if next < len(img.pages) && img.pages[next].number == i {
			copy(memory[i*hostPage:(i+1)*hostPage], img.pages[next].data)
			next++
			continue
		}
		if known && !resident[i] {
			continue
		}
		// Reading a page that was never written costs no memory; writing does.
		page := memory[i*hostPage : (i+1)*hostPage]
		if !bytes.Equal(page, zeroPage[:]) {
			clear(page)
		}
	}
}
