import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/needs-program.ts'
import { PATIENT, tell, until } from '../support/secondaries/secondary.ts'
import {
  listDefinition,
  openTransferAuthority,
  type Subscribed,
  type TransferAuthority,
} from '../support/secondaries/transfer-authority.ts'
import { recordsOf } from '../support/secondaries/zone-records.ts'

/** What other people's clients make of a transfer, and of a refusal. */

const ZONE = 'phishing.rpz.example'
const ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const
/** Enough for several messages. */
const NAMES = Array.from({ length: 1500 }, (_, i) => `bad-${i}.with-a-name-of-some-length.example`)

let authority: TransferAuthority
const subscribers = new Map<string, Subscribed>()

beforeAll(async () => {
  authority = await openTransferAuthority({
    lists: [
      listDefinition('phishing', { zone: { zonemd: true } }),
      listDefinition('other'),
      listDefinition('zoneless', { zone: null }),
    ],
  })
  for (const algorithm of ALGORITHMS) {
    const words = ['--lists', 'phishing', '--algorithm', algorithm]
    subscribers.set(algorithm, await authority.subscribe(`isp-${algorithm}`, ...words))
  }
  await authority.importCsv('other', ['bad.example,domain,nxdomain,,'])
  await authority.importCsv(
    'phishing',
    NAMES.map((name) => `${name},domain,nxdomain,,`),
  )
  await authority.block('phishing', 'second.example')
  await authority.block('phishing', 'third.example')
  await untilServed(3)
})
afterAll(() => authority.close())

async function untilServed(serial: number): Promise<void> {
  await until(`serial ${serial}`, authority, async () => {
    const { stdout } = await dig('hmac-sha256', '+short', ZONE, 'SOA')
    return stdout.split(' ')[2] === String(serial) || stdout
  })
}

function keyOf(algorithm: string): Subscribed['tsig'] {
  const { tsig } = subscribers.get(algorithm)!
  expect(tsig.algorithm).toBe(algorithm)
  return tsig
}

/** Signed by the subscriber whose key has this algorithm. */
function dig(algorithm: string, ...args: readonly string[]): ReturnType<typeof tell> {
  const { name, secret } = keyOf(algorithm)
  return digPlain('-y', `${algorithm}:${name}:${secret}`, ...args)
}

function digPlain(...args: readonly string[]): ReturnType<typeof tell> {
  return tell('dig', ['@127.0.0.1', '-p', String(authority.port), '+tries=1', '+time=5', ...args])
}

function kdig(algorithm: string, ...args: readonly string[]): ReturnType<typeof tell> {
  const { name, secret } = keyOf(algorithm)
  const server = ['@127.0.0.1', '-p', String(authority.port), '+retry=0']
  return tell('kdig', [...server, '-y', `${algorithm}:${name}:${secret}`, ...args])
}

/** The zone without its closing SOA. */
const WHOLE = ['+onesoa', '+noall', '+answer']

/** Owners, types and data in the order of the wire. */
function sequence(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => /^[^;\s].*\sIN\s/.test(line))
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
}

for (const algorithm of ALGORITHMS) {
  describeWith(['dig', 'kdig', 'named-compilezone'], `a client with ${algorithm}`, () => {
    // First, for who was given the whole zone and says an earlier serial then gets it once more.
    test('gets the difference, the same by dig and by kdig', PATIENT, async () => {
      const difference = [
        expect.stringMatching(/SOA .* 3 /),
        expect.stringMatching(/SOA .* 1 /),
        expect.stringMatching(/SOA .* 3 /),
        expect.stringMatching(/SOA .* 3 /),
      ]
      for (const client of [dig, kdig]) {
        const { stdout } = await client(algorithm, '+noall', '+answer', ZONE, 'IXFR=1')
        const records = sequence(stdout)
        const soas = records.filter((record) => record.includes(' SOA '))
        expect(soas).toEqual(difference)
        const starts = records.flatMap((record, i) => (record.includes(' SOA ') ? [i] : []))
        const [removed, added] = [
          records.slice(starts[1]! + 1, starts[2]),
          records.slice(starts[2]! + 1, starts[3]),
        ]
        expect(ownersOf(removed)).toEqual(['1.phishing.beacon.bailiwick.invalid.', '@'])
        expect(ownersOf(added)).toEqual([
          '*.second.example.',
          '*.third.example.',
          '3.phishing.beacon.bailiwick.invalid.',
          '@',
          'second.example.',
          'third.example.',
        ])
      }
    })

    test('gets the whole zone, the same by dig and by kdig', PATIENT, async () => {
      const byDig = await dig(algorithm, ...WHOLE, ZONE, 'AXFR')
      const byKdig = await kdig(algorithm, '+noall', '+answer', ZONE, 'AXFR')
      expect(`${byDig.stdout}${byDig.stderr}`).not.toMatch(/TSIG|fail/i)
      expect(byKdig).toMatchObject({ code: 0, stderr: '' })
      const zone = await recordsOf(ZONE, byDig.stdout)
      // kdig prints the closing SOA, too.
      expect(await recordsOf(ZONE, byKdig.stdout)).toEqual(zone)
      const text = await authority.run('export', 'phishing', '--format', 'rpz')
      const listed = await recordsOf(ZONE, text)
      expect(zone).toEqual(expect.arrayContaining([...listed]))
      // The beacon's address and text, and the digest.
      expect(zone).toHaveLength(listed.length + 3)
    })

    test(
      'gets one SOA when it is up to date or ahead, the zone when its serial is unknown',
      PATIENT,
      async () => {
        for (const serial of [3, 4, 2_000_000_000]) {
          const { stdout } = await dig(algorithm, '+noall', '+answer', ZONE, `IXFR=${serial}`)
          expect(sequence(stdout)).toEqual([expect.stringMatching(/SOA .* 3 /)])
        }
      },
    )
  })
}

/** Each once, without the zone. */
function ownersOf(records: readonly string[]): readonly string[] {
  const owners = records.map((record) => record.split(' ')[0]!.replace(`${ZONE}.`, '') || '@')
  return [...new Set(owners)].sort()
}

describeWith(['dig', 'ldns-verify-zone'], 'the digest of a transferred zone', () => {
  test('is what ldns computes', PATIENT, async () => {
    const { stdout } = await dig('hmac-sha256', ...WHOLE, ZONE, 'AXFR')
    const path = join(authority.folder, 'transferred')
    writeFileSync(path, stdout)
    expect(await tell('ldns-verify-zone', ['-Z', path])).toMatchObject({ code: 0 })
    const changed = stdout.replace('bad-7.', 'bad-x.')
    expect(changed).not.toBe(stdout)
    writeFileSync(path, changed)
    const told = await tell('ldns-verify-zone', ['-Z', path])
    expect(told.code).not.toBe(0)
  })
})

describeWith('dig', 'a secondary that may not', () => {
  const OTHER_SECRET = Buffer.from('the secret of somebody else here').toString('base64')
  /** What was asked, what dig shows of the answer, and the reason by which it is logged and counted. */
  const REFUSALS: Readonly<
    Record<string, { ask: () => readonly string[]; status: string; error?: string }>
  > = {
    'a key that is not known': {
      ask: () => ['-y', `hmac-sha256:nobody:${OTHER_SECRET}`, ZONE, 'SOA'],
      status: 'NOTAUTH',
      error: 'BADKEY',
    },
    'a wrong secret': {
      ask: () => ['-y', `hmac-sha256:${keyOf('hmac-sha256').name}:${OTHER_SECRET}`, ZONE, 'SOA'],
      status: 'NOTAUTH',
      error: 'BADSIG',
    },
    'another algorithm than the key has': {
      ask: () => {
        const { name, secret } = keyOf('hmac-sha256')
        return ['-y', `hmac-sha512:${name}:${secret}`, ZONE, 'SOA']
      },
      status: 'NOTAUTH',
      error: 'BADKEY',
    },
    'a time of ten minutes ago': {
      ask: () => {
        const past = Math.floor(Date.now() / 1000) - 600
        return [...signed(), `+fuzztime=${past}`, ZONE, 'SOA']
      },
      status: 'NOTAUTH',
      error: 'BADTIME',
    },
    'no key': { ask: () => [ZONE, 'SOA'], status: 'REFUSED' },
    'a zone that is not there': {
      ask: () => [...signed(), 'nothing.rpz.example', 'SOA'],
      status: 'REFUSED',
    },
    'a zone of a list that is not theirs': {
      ask: () => [...signed(), 'other.rpz.example', 'SOA'],
      status: 'REFUSED',
    },
    'another class': { ask: () => [...signed(), '-c', 'CH', '-t', 'SOA', ZONE], status: 'REFUSED' },
    'a type that is not served': { ask: () => [...signed(), ZONE, 'A'], status: 'REFUSED' },
    'a name inside the zone': {
      ask: () => [...signed(), `second.example.${ZONE}`, 'CNAME'],
      status: 'REFUSED',
    },
    'an opcode that is not served': {
      ask: () => [...signed(), '+opcode=STATUS', ZONE, 'SOA'],
      status: 'NOTIMP',
    },
  }
  const signed = (): readonly string[] => {
    const { name, secret } = keyOf('hmac-sha256')
    return ['-y', `hmac-sha256:${name}:${secret}`]
  }
  for (const [what, { ask, status, error }] of Object.entries(REFUSALS)) {
    test(`is told ${status}${error === undefined ? '' : ` ${error}`} for ${what}`, async () => {
      const before = await refusals()
      const logged = authority.log().length
      for (const transport of ['+notcp', '+tcp']) {
        const { stdout } = await digPlain(transport, ...ask())
        expect(/status: (\w+)/.exec(stdout)?.[1], stdout).toBe(status)
        if (error !== undefined) expect(stdout).toContain(error)
        expect(sequence(stdout)).toEqual([])
      }
      await until('both to be counted', authority, async () => {
        const now = await refusals()
        return now - before === 2 || `${now - before}`
      })
      await until('a line that says who was refused', authority, () => {
        const line = authority.log().slice(logged)
        return Promise.resolve(line.includes('127.0.0.1') || line)
      })
    })
  }

  test('is told over UDP what the newest serial is, to ask for it over TCP', PATIENT, async () => {
    const { stdout } = await dig('hmac-sha256', '+notcp', '+noall', '+answer', ZONE, 'IXFR=1')
    expect(sequence(stdout)).toEqual([expect.stringMatching(/SOA .* 3 /)])
  })
})

/** All of them, for whatever reason. */
async function refusals(): Promise<number> {
  const text = await (await fetch(new URL('/metrics', authority.url()))).text()
  const samples = text.matchAll(/^bailiwick_dns_\w*refus\w*(?:\{[^}]*\})? (\d+)$/gm)
  return [...samples].reduce((sum, [, count]) => sum + Number(count), 0)
}
