import { describe, expect, it } from 'vitest'
import { BODY_PACE, MAX_UPLOAD_BYTES, UPLOAD_LIMITS } from '../../../src/console/limits.ts'
import { BodyPace } from '../../../src/platform/body-pace.ts'

const LIMITS = { graceMs: 1_000, bytesPerSecond: 100, maxMs: 10_000 }

describe('the pace of a body', () => {
  it('gives a second more for so many bytes', () => {
    const pace = new BodyPace(LIMITS, 0)
    expect(pace.ask(0)).toBe(1_000)
    pace.take(50, 900)
    expect(pace.ask(900)).toBe(600)
    pace.take(0, 1_500)
    expect(pace.ask(1_500)).toBe(0)
  })

  it('counts only while more is asked for', () => {
    const pace = new BodyPace(LIMITS, 0)
    pace.ask(0)
    pace.take(0, 400)
    expect(pace.ask(5_000)).toBe(600)
    expect(pace.ask(5_100)).toBe(600)
    pace.take(0, 5_300)
    expect(pace.ask(5_300)).toBe(300)
  })

  it('ends whatever comes, when it has taken too long in all', () => {
    const pace = new BodyPace(LIMITS, 0)
    pace.take(1_000_000, 9_500)
    expect(pace.ask(9_500)).toBe(500)
    expect(pace.ask(10_001)).toBe(0)
  })
})

/** Sends so many bytes in pieces of that many, at a rate; gives whether all of it may come. */
function isTaken(bytes: number, bytesPerSecond: number, piece = 16 * 1024): boolean {
  const pace = new BodyPace(BODY_PACE, 0)
  let nowMs = 0
  for (let sent = 0; sent < bytes; sent += piece) {
    const tookMs = (piece * 1000) / bytesPerSecond
    if (pace.ask(nowMs) < tookMs) return false
    nowMs += tookMs
    pace.take(piece, nowMs)
  }
  return true
}

const KBIT = 1000 / 8

describe('an upload', () => {
  it.each([
    ['4 MB at 256 kbit/s', 4_000_000, 256 * KBIT, true],
    ['the largest at 256 kbit/s', UPLOAD_LIMITS.bytes, 256 * KBIT, true],
    ['all of a request at 256 kbit/s', MAX_UPLOAD_BYTES, 256 * KBIT, true],
    ['4 MB at 70 kbit/s', 4_000_000, 70 * KBIT, true],
    ['4 MB at 32 kbit/s', 4_000_000, 32 * KBIT, false],
    ['the largest at 128 kbit/s', UPLOAD_LIMITS.bytes, 128 * KBIT, false],
  ])('%s: %o bytes at %o a second: %o', (_, bytes, rate, expected) => {
    expect(isTaken(bytes, rate)).toBe(expected)
  })
})
