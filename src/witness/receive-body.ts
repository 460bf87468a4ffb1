import type { IncomingMessage } from 'node:http'
import { Fault } from '../core/fault.ts'
import { MAX_RECEIVING } from './limits.ts'

/**
 * Receives the bodies of requests, each of `maxBytes` at most. The server's own time limits end what comes too slowly. The function
 * throws `request/body` past `maxBytes`, `serve/busy` where `MAX_RECEIVING` bodies are being received already, and
 * `request/malformed` for one that breaks off.
 */
export function openReceiver(maxBytes: number): (request: IncomingMessage) => Promise<Buffer> {
  let receiving = 0
  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    if (receiving >= MAX_RECEIVING) {
      throw new Fault('serve/busy', `expected ${MAX_RECEIVING} requests at one time at most`)
    }
    receiving++
    try {
      return await receive(request, maxBytes)
    } finally {
      receiving--
    }
  }
}

function receive(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let received = 0
    request.on('data', (piece: Buffer) => {
      received += piece.length
      if (received <= maxBytes) pieces.push(piece)
      else {
        request.pause()
        reject(tooLarge(maxBytes))
      }
    })
    request.once('end', () => resolve(Buffer.concat(pieces)))
    request.once('error', (cause) => reject(brokenOff(received, cause)))
    request.once('close', () => reject(brokenOff(received)))
  })
}

function tooLarge(maxBytes: number): Fault {
  return new Fault('request/body', `expected a body of ${maxBytes} bytes at most, got more`)
}

function brokenOff(received: number, cause?: Error): Fault {
  const options = cause === undefined ? {} : { cause }
  return new Fault('request/malformed', `expected all of the body, got ${received} bytes`, options)
}
