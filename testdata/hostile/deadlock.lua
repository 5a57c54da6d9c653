-- dies: Internal deadlock
channel.new():receive()
