#!/usr/bin/env node
// The limit for a server in Node: sends one file of ready messages (two octets of length before each) to whoever asks anything, from
// memory. It knows no DNS; signs, when the question is signed, and puts the id of the question into what it signs.
//
//   node plain-server.mjs FILE PORT KEYNAME:BASE64
import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'

const [file, port, keyText] = process.argv.slice(2)
const SLICE_BYTES = 1 << 20
const messages = fs.readFileSync(file)
const [keyName, secret] = keyText.split(':')
const key = crypto.createSecretKey(Buffer.from(secret, 'base64'))
const algorithm = encodeName('hmac-sha256')
const owner = encodeName(keyName)
const tsigHead = Buffer.concat([owner, Buffer.from([0, 250, 0, 255, 0, 0, 0, 0, 0, 61]), algorithm])
const covered = Buffer.concat([owner, Buffer.from([0, 255, 0, 0, 0, 0]), algorithm])

net
  .createServer({ noDelay: true }, (socket) => {
    let held = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes])
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const question = held.subarray(2, 2 + held.readUInt16BE(0))
        held = held.subarray(2 + question.length)
        if (question.readUInt16BE(10) > 0) sendSigned(socket, question)
        else send(socket)
      }
    })
  })
  .listen(Number(port), '127.0.0.1')

function send(socket) {
  let at = 0
  const go = () => {
    while (at < messages.length) {
      const end = Math.min(messages.length, at + SLICE_BYTES)
      const isTaken = socket.write(messages.subarray(at, end))
      at = end
      if (!isTaken) return void socket.once('drain', go)
    }
  }
  go()
}

function sendSigned(socket, question) {
  let mac = Buffer.from(question.subarray(question.length - 38, question.length - 6))
  let at = 0
  let isFirst = true
  const go = () => {
    while (at < messages.length && !socket.destroyed) {
      const slab = Buffer.allocUnsafeSlow(SLICE_BYTES + 70_000)
      let used = 0
      const time = timeNow()
      while (at < messages.length && used < SLICE_BYTES) {
        const length = messages.readUInt16BE(at)
        const start = used + 2
        messages.copy(slab, start, at + 2, at + 2 + length)
        question.copy(slab, start, 0, 2)
        const hmac = crypto
          .createHmac('sha256', key)
          .update(Buffer.from([0, 32]))
          .update(mac)
        hmac.update(slab.subarray(start, start + length))
        if (isFirst) hmac.update(covered).update(time).update(Buffer.alloc(4))
        else hmac.update(time)
        isFirst = false
        mac = hmac.digest()
        const tail = [tsigHead, time, Buffer.from([0, 32]), mac, question.subarray(0, 2)]
        let end = start + length
        for (const piece of [...tail, Buffer.alloc(4)]) end += piece.copy(slab, end)
        slab.writeUInt16BE(end - start, used)
        slab.writeUInt16BE(1, start + 10)
        used = end
        at += length + 2
      }
      if (!socket.write(slab.subarray(0, used))) return void socket.once('drain', go)
    }
  }
  go()
}

function timeNow() {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(Math.floor(Date.now() / 1000), 0, 6)
  bytes.writeUInt16BE(300, 6)
  return bytes
}

function encodeName(text) {
  const labels = text.split('.').filter(Boolean)
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])
}
