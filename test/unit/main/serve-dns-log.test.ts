import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/fault.ts'
import type { Refused, TransferEnded } from '../../../src/dns/dns-events.ts'
import { logDnsEvents } from '../../../src/main/serve-dns-log.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly fields: Record<string, unknown>
}

function openLog(clock = { atMs: 0 }): {
  readonly lines: Line[]
  readonly events: ReturnType<typeof logDnsEvents>
} {
  const lines: Line[] = []
  const at =
    (level: string) =>
    (fields: Record<string, unknown>, message: string): void =>
      void lines.push({ level, message, fields })
  const log = { info: at('info'), warn: at('warn'), error: at('error'), debug: at('debug') }
  return { lines, events: logDnsEvents(log as never, () => clock.atMs) }
}

const ENDED: TransferEnded = {
  asker: { key: 'isp-abc', address: '192.0.2.1', transport: 'tcp' },
  ...{ zone: 'rpz.example', type: 'IXFR', style: 'difference', from: 3, serial: 4 },
  ...{ waitedMs: 0.2, outcome: 'sent', bytes: 1000, messages: 1, ms: 1.7 },
}

const REFUSED: Refused = {
  ...{ reason: 'zone', address: '192.0.2.9', transport: 'udp' },
  ...{ key: null, zone: 'secret.example', type: 'SOA' },
}

describe('the log of DNS', () => {
  test('has a line for each transfer, with who, what and how long', () => {
    const { lines, events } = openLog()
    events.onTransferEnded(ENDED)
    events.onTransferEnded({ ...ENDED, outcome: 'broken' })
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info transferred',
      'warn transfer broken',
    ])
    expect(lines[0]?.fields).toMatchObject({
      ...{ key: 'isp-abc', address: '192.0.2.1', zone: 'rpz.example', serial: 4, from: 3 },
      ...{ style: 'difference', bytes: 1000, ms: 2, outcome: 'sent' },
    })
  })

  test('has a line for each refusal with the reason', () => {
    const { lines, events } = openLog()
    events.onRefused(REFUSED)
    expect(lines).toEqual([{ level: 'warn', message: 'refused', fields: REFUSED }])
  })

  test('is not filled by strangers, and says how much it left out', () => {
    const clock = { atMs: 0 }
    const { lines, events } = openLog(clock)
    for (let i = 0; i < 100_000; i++) events.onRefused(REFUSED)
    expect(lines).toHaveLength(20)
    clock.atMs = 5_000
    for (let i = 0; i < 100_000; i++) events.onRefused(REFUSED)
    expect(lines).toHaveLength(25)
    expect(lines[20]?.fields['leftOut']).toBe(99_980)
    expect(lines[21]?.fields['leftOut']).toBeUndefined()
  })

  test('tells one reason though another floods it', () => {
    const { lines, events } = openLog()
    for (let i = 0; i < 1000; i++) events.onRefused(REFUSED)
    events.onRefused({ ...REFUSED, reason: 'signature-wrong' })
    expect(lines.at(-1)?.fields['reason']).toBe('signature-wrong')
  })

  test('tells a fault of ours with its code, and a bug with its trace', () => {
    const { lines, events } = openLog()
    const fault = new Fault('serve/busy', 'expected less to do')
    events.onRefused({ ...REFUSED, reason: 'fault', cause: fault })
    events.onRefused({ ...REFUSED, reason: 'fault', cause: new TypeError('undefined') })
    expect(lines).toMatchObject([
      { level: 'error', message: 'expected less to do', fields: { code: 'serve/busy' } },
      { level: 'error', fields: { err: expect.any(TypeError) as TypeError } },
    ])
  })
})
