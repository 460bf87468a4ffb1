import { InvalidArgumentError } from 'commander'

/** A number from 1 as an option has it. Throws `InvalidArgumentError`. */
export function parseNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`expected a number from 1, got ${JSON.stringify(text)}.`)
}
