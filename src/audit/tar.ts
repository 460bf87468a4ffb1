import { Fault } from '../core/fault.ts'

/**
 * The one form of tar that bundles have (POSIX ustar): plain files alone, sorted by path, no owner, no time. So the same files give the
 * same bytes, and any tar reads them.
 */

export const TAR_BLOCK = 512

/** What a header says. */
export interface TarEntry {
  readonly path: string
  readonly size: number
}

/** POSIX ustar: 100 bytes for the name, and 155 for what stands before a slash. */
export function encodeTarHeader({ path, size }: TarEntry): Buffer {
  const header = Buffer.alloc(TAR_BLOCK)
  const [prefix, name] = splitPath(path)
  header.write(name, 0, 'latin1')
  header.write('0000644\0', 100, 'latin1')
  header.write('0000000\0', 108, 'latin1')
  header.write('0000000\0', 116, 'latin1')
  header.write(`${octal(size, 11)}\0`, 124, 'latin1')
  header.write(`${octal(0, 11)}\0`, 136, 'latin1')
  header.write('0', 156, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  header.write('0000000\0', 329, 'latin1')
  header.write('0000000\0', 337, 'latin1')
  header.write(prefix, 345, 'latin1')
  header.write(`${octal(checksum(header), 6)}\0 `, 148, 'latin1')
  return header
}

/**
 * From outside: null for the empty block that ends an archive. Only what `encodeTarHeader` writes is taken, so that no link, no device
 * and no path out of the folder can be in a bundle. Throws `audit/bundle`.
 */
export function decodeTarHeader(header: Buffer): TarEntry | null {
  if (header.every((byte) => byte === 0)) return null
  const size = /^([0-7]{11})\0$/.exec(header.toString('latin1', 124, 136))?.[1] ?? ''
  const [name, prefix] = [text(header, 0, 100), text(header, 345, 500)]
  const path = prefix === '' ? name : `${prefix}/${name}`
  if (size !== '' && isPublishedPath(path)) {
    const entry = { path, size: parseInt(size, 8) }
    if (encodeTarHeader(entry).equals(header)) return entry
  }
  throw new Fault(
    'audit/bundle',
    `expected the header of a plain file, got one of ${JSON.stringify(path.slice(0, 100))}`,
  )
}

/** Bytes behind a file, to the next whole block. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK
}

/** Whether it is a path that something published can have: relative, forward, of plain names. */
export function isPublishedPath(path: string): boolean {
  return path.length <= 250 && /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/.test(path)
}

function splitPath(path: string): readonly [string, string] {
  if (path.length <= 100) return ['', path]
  const slash = path.indexOf('/', path.length - 101)
  const parts = [path.slice(0, slash), path.slice(slash + 1)] as const
  if (slash > 0 && parts[0].length <= 155 && isPublishedPath(path)) return parts
  throw new Fault(
    'audit/bundle',
    `expected a path that a tar can have, got ${JSON.stringify(path)}`,
  )
}

function octal(value: number, digits: number): string {
  const printed = value.toString(8).padStart(digits, '0')
  if (printed.length === digits) return printed
  throw new Fault('audit/bundle', `expected a file of less than 8 GiB, got ${value} bytes`)
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksum(header: Buffer): number {
  const copy = Buffer.from(header)
  copy.fill(' ', 148, 156)
  return copy.reduce((sum, byte) => sum + byte, 0)
}

function text(header: Buffer, start: number, end: number): string {
  const bytes = header.toString('latin1', start, end)
  const zero = bytes.indexOf('\0')
  return zero < 0 ? bytes : bytes.slice(0, zero)
}
