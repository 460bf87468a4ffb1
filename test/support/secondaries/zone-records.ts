import { expect } from 'vitest'
import { tell, type Secondary } from './secondary.ts'
import type { TransferAuthority } from './transfer-authority.ts'

/** Records as sorted lines, each in one way of writing, read by BIND out of any zone file. */
export async function recordsOf(zone: string, text: string): Promise<readonly string[]> {
  const checks = ['-i', 'none', ...['-k', '-m', '-n', '-r'].flatMap((check) => [check, 'ignore'])]
  const args = [...checks, '-s', 'full', '-o', '-', zone, '-']
  const told = await tell('named-compilezone', args, text)
  if (told.code !== 0) throw new Error(`expected a zone, got ${told.stdout}${told.stderr}`)
  return told.stdout
    .split('\n')
    .filter((line) => /^[^;\s]/.test(line))
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .sort()
}

/**
 * The secondary holds, record for record, what the authority exports of the list's newest serial; and beside it that serial's beacon,
 * no other, and a digest where the list's definition wants one.
 */
export async function expectNewestZone(
  secondary: Secondary,
  authority: TransferAuthority,
  list: string,
): Promise<void> {
  const zone = `${list}.rpz.example`
  const text = await authority.run('export', list, '--format', 'rpz')
  const serial = Number(/^; Serial: (\d+)$/m.exec(text)?.[1])
  const held = await recordsOf(zone, await secondary.zoneText(zone))
  const isBeacon = (record: string): boolean =>
    record.includes(`.beacon.bailiwick.invalid.${zone}.`)
  const others = held.filter((record) => !isBeacon(record) && !record.includes(' ZONEMD '))
  expect(others).toEqual(await recordsOf(zone, text))
  const beacon = `${serial}.${list}.beacon.bailiwick.invalid.${zone}.`
  expect(held.filter(isBeacon).map((record) => record.replace(/ \d+ IN/, ''))).toEqual([
    `${beacon} A 127.0.0.1`,
    `${beacon} TXT "${list} ${serial}"`,
  ])
}
