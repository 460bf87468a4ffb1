import { Fault } from '../core/fault.ts'

/** A number from 1. Throws `usage/invalid`. */
export function parseCount(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Fault(
    'usage/invalid',
    `expected a number from 1 for ${name}, got ${JSON.stringify(text)}`,
  )
}

/** The revision that somebody has looked at; null where he doesn't say. Throws `usage/invalid`. */
export function parseRevision(text: string | undefined): number | null {
  return text === undefined ? null : parseCount('--revision', text)
}
