package sandbox

import (
	"encoding/binary"
	"time"

	"github.com/luahive/luahive/abi"
	"github.com/luahive/luahive/host"
)

func (c call) send() {
	c.answer(0, c.process.Send(c.text(0), c.text(2), c.payload(4)))
}

func (c call) listen() {
	h, err := c.process.Listen(c.text(0))
	c.answer(int32(h), err)
}

func (c call) inbox() {
	h, err := c.process.Inbox()
	c.answer(int32(h), err)
}

func (c call) events() {
	h, err := c.process.Events()
	c.answer(int32(h), err)
}

func (c call) handle() host.Handle { return host.Handle(int32(c.u32(0))) }

func (c call) closeHandle() {
	c.answer(0, c.process.CloseHandle(c.handle()))
}

func (c call) receive() {
	room, err := c.seat.View(c.u32(1), c.u32(2))
	if err != nil {
		c.fault(err)
	}
	record, size, state, err := c.process.Receive(c.handle(), len(room))
	if err != nil {
		c.answer(0, err)
		return
	}
	switch state {
	case host.ReceiveEmpty:
		c.result(0)
	case host.ReceiveClosed:
		c.result(abi.Closed)
	case host.ReceiveTooLarge:
		c.result(int32(size))
	default:
		from := string(record.From)
		binary.LittleEndian.PutUint32(room[0:], uint32(len(from)))
		binary.LittleEndian.PutUint32(room[4:], uint32(len(record.Topic)))
		binary.LittleEndian.PutUint32(room[8:], uint32(len(record.Payload)))
		n := abi.RecordHeader
		n += copy(room[n:], from)
		n += copy(room[n:], record.Topic)
		n += copy(room[n:], record.Payload)
		c.result(int32(n))
	}
}

func (c call) timer() {
	h, err := c.process.NewTimer(time.Duration(c.stack[0]), time.Duration(c.stack[1]))
	c.answer(int32(h), err)
}

func (c call) timerReset() {
	ok, err := c.process.ResetTimer(c.handle(), time.Duration(c.stack[1]))
	c.answer(oneIf(ok), err)
}

func (c call) timerStop() {
	ok, err := c.process.StopTimer(c.handle())
	c.answer(oneIf(ok), err)
}
