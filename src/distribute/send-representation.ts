import { open, type FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseByteRange, type ByteRange } from './byte-range.ts'
import type { FileMemory } from './file-memory.ts'
import { SMALL_FILE_BYTES, STREAM_CHUNK_BYTES } from './limits.ts'
import { isNotModified, isRangeCurrent } from './preconditions.ts'
import type { Representation } from './representation.ts'

/**
 * Answers a GET or HEAD with `it`: 200, 206, 304 or 416; gives back how many bytes of body that is. What needs
 * no bytes and what memory holds is answered before this returns; otherwise the promise ends with the
 * response, or fails when not a byte of it was sent.
 */
export function sendRepresentation(
  memory: FileMemory,
  request: IncomingMessage,
  response: ServerResponse,
  it: Representation,
): Promise<number> | number {
  const { headers } = request
  if (isNotModified(headers, it)) {
    response.writeHead(304, it.notModifiedHeaders)
    response.end()
    return 0
  }
  // RFC 9110 §14.2: Range is defined for GET alone.
  if (headers.range !== undefined && request.method === 'GET') {
    const range = isRangeCurrent(headers['if-range'], it)
      ? parseByteRange(headers.range, it.size)
      : null
    if (range === 'unsatisfiable') return sendUnsatisfiable(response, it)
    if (range !== null) return sendPart(response, it, range)
  }
  if (request.method === 'HEAD' || it.size === 0) {
    response.writeHead(200, it.okHeaders)
    response.end()
    return 0
  }
  if (it.body !== null) return sendBody(response, it, it.body)
  return loadAndSend(memory, response, it)
}

async function loadAndSend(
  memory: FileMemory,
  response: ServerResponse,
  it: Representation,
): Promise<number> {
  const body = await memory.load(it)
  if (response.destroyed) return 0
  if (body !== null) return sendBody(response, it, body)
  return sendFile(response, it, { first: 0, last: it.size - 1 }, () =>
    response.writeHead(200, it.okHeaders),
  )
}

function sendBody(response: ServerResponse, it: Representation, body: Buffer): number {
  it.isWanted = true
  response.writeHead(200, it.okHeaders)
  if (body.length > SMALL_FILE_BYTES) {
    it.readers++
    response.once('close', () => it.readers--)
  }
  response.end(body)
  return body.length
}

function sendUnsatisfiable(response: ServerResponse, it: Representation): number {
  response.writeHead(416, ['Content-Range', `bytes */${it.size}`, 'Content-Length', '0'])
  response.end()
  return 0
}

function sendPart(
  response: ServerResponse,
  it: Representation,
  range: ByteRange,
): Promise<number> | number {
  const { first, last } = range
  const headers = it.okHeaders.with(
    it.okHeaders.indexOf('Content-Length') + 1,
    String(last - first + 1),
  )
  headers.push('Content-Range', `bytes ${first}-${last}/${it.size}`)
  const head = (): unknown => response.writeHead(206, headers)
  if (it.body === null) return sendFile(response, it, range, head)
  head()
  response.end(it.body.subarray(first, last + 1))
  return last - first + 1
}

/** Streams a part of the file; the head is sent once its first bytes are there. */
async function sendFile(
  response: ServerResponse,
  it: Representation,
  range: ByteRange,
  head: () => unknown,
): Promise<number> {
  const file = await open(it.file, 'r')
  try {
    await pump(file, response, range, head)
    return range.last - range.first + 1
  } finally {
    await file.close()
  }
}

// One block is being sent while the next is being read; `written` waits for the reader (backpressure).
async function pump(
  file: FileHandle,
  response: ServerResponse,
  { first, last }: ByteRange,
  head: () => unknown,
): Promise<void> {
  const blocks = [blockOf(last - first + 1), blockOf(last - first + 1)] as const
  let written: Promise<boolean> = Promise.resolve(true)
  let position = first
  for (let turn = 0; position <= last; turn ^= 1) {
    const block = turn === 0 ? blocks[0] : blocks[1]
    const wanted = Math.min(block.length, last - position + 1)
    const { bytesRead } = await file.read(block, 0, wanted, position)
    if (position === first) head()
    if (!(await written) || response.destroyed) return
    if (bytesRead === 0) {
      // The file was cut under us: the promised length cannot be kept, so the reader must notice.
      response.destroy()
      return
    }
    position += bytesRead
    written = writeBlock(response, block.subarray(0, bytesRead))
  }
  if (await written) response.end()
}

function blockOf(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(bytes, STREAM_CHUNK_BYTES))
}

// Ends in false when the connection is gone: then neither callback of `write` need ever come.
function writeBlock(response: ServerResponse, block: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const onClose = (): void => resolve(false)
    response.once('close', onClose)
    response.write(block, (error) => {
      response.off('close', onClose)
      resolve(error === null || error === undefined)
    })
  })
}
