import { describe, expect, it } from 'vitest'
import { checkQuorum } from '../../../../src/core/log/check-quorum.ts'
import { parseLogProof, printLogProof, verifyLogProof } from '../../../../src/core/log/log-proof.ts'
import { makeNoteKey, printNoteKey } from '../../../../src/core/log/note-key.ts'
import { printNote } from '../../../../src/core/log/note.ts'
import { cosignCheckpoint, signNote } from '../../../../src/core/log/sign-note.ts'
import { MAX_POLICY_BYTES, parsePolicy } from '../../../../src/core/log/parse-policy.ts'
import { proveInclusion } from '../../../../src/core/log/prove.ts'
import { EMPTY_ROOT, hashLeaf } from '../../../../src/core/log/tree-hash.ts'
import { verifyCheckpoint } from '../../../../src/core/log/verify-checkpoint.ts'
import { flip, MemoryLog, signedCheckpoint, testSigner } from '../../../support/log-builders.ts'

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error
const log = testSigner('log.example', 'ed25519')
const otherLog = testSigner('other.example', 'ed25519')
const NAMES = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'] as const
const witnesses = Object.fromEntries(
  NAMES.map((name) => [name, testSigner(`${name.toLowerCase()}.example`, 'cosignature')]),
) as Record<(typeof NAMES)[number], ReturnType<typeof testSigner>>

const logLine = `log ${printNoteKey(log.key)}\n`
const witnessLine = (name: (typeof NAMES)[number], as: string = name): string =>
  `witness ${as} ${printNoteKey(witnesses[name].key)}\n`

const parse = (text: string) => parsePolicy(Buffer.from(text))

/** The example of tlog-policy, with keys. */
const EXAMPLE = `${logLine}
${['X1', 'X2', 'X3'].map((name) => witnessLine(name as 'X1')).join('')}group X-witnesses 2 X1 X2 X3

${['Y1', 'Y2', 'Y3'].map((name) => witnessLine(name as 'Y1')).join('')}group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

const quorum = (text: string, ...signed: (typeof NAMES)[number][]) =>
  checkQuorum(
    parse(text),
    signed.map((name) => witnesses[name].key),
  )

describe('the example of tlog-policy', () => {
  it.each([
    [[], false],
    [['X1', 'X2'], false],
    [['X1', 'Y1', 'Y2', 'Y3'], false],
    [['X1', 'X2', 'Y3'], true],
    [['X2', 'X3', 'Y1'], true],
    [[...NAMES], true],
  ] as const)('with %j is met: %j', (signed, isMet) => {
    expect(quorum(EXAMPLE, ...signed)).toMatchObject({
      isMet,
      witnesses: signed.map((name) => ({ name })),
    })
  })

  it('says who is missing', () => {
    expect(quorum(EXAMPLE, 'X3', 'Y1').sentence).toBe(
      'quorum "X-and-Y" needs 2 of X-witnesses, Y-witnesses; got Y-witnesses; ' +
        '"X-witnesses" needs 2 of X1, X2, X3; got X3',
    )
    expect(quorum(EXAMPLE, 'X1', 'X2', 'Y1').sentence).toBe(
      'quorum "X-and-Y" needs 2 of X-witnesses, Y-witnesses; got X-witnesses, Y-witnesses',
    )
    expect(quorum(`${witnessLine('X1')}quorum X1\n`).sentence).toBe(
      'quorum "X1" needs 1 of X1; got none',
    )
  })
})

describe('a policy', () => {
  it('may be one line, and have comments, tabs, empty lines and URLs', () => {
    expect(parse('quorum none\n')).toEqual({ logs: [], witnesses: [], quorum: null })
    const policy = parse(
      ` \t\n# a comment \u00e9\n\t #x\n  log\t${printNoteKey(log.key)}  https://log.example/ \t\n` +
        `${witnessLine('X1', 'none-of-these')}quorum none-of-these\n${witnessLine('X2')}`,
    )
    expect(policy.logs).toEqual([{ key: log.key, url: 'https://log.example/' }])
    expect(policy.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['none-of-these', null],
      ['X2', null],
    ])
    expect(policy.quorum).toBe(policy.witnesses[0])
    expect(checkQuorum(parse('quorum none\n'), []).isMet).toBe(true)
  })

  it('takes names as octets: a Kelvin sign is no K', () => {
    const policy = parse(
      `${witnessLine('X1', 'K')}${witnessLine('X2', '\u212a')}group g any K \u212a\nquorum g\n`,
    )
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['K', '\u212a'])
    const octets = Buffer.concat([
      Buffer.from(witnessLine('X1').replace('X1', '\u00ff'), 'latin1'),
      Buffer.from('quorum \u00ff\n', 'latin1'),
    ])
    expect(parsePolicy(octets).quorum).not.toBeNull()
  })

  const two = witnessLine('X1') + witnessLine('X2')
  const twin = printNoteKey(makeNoteKey('twin.example', 'cosignature', witnesses.X1.key.publicKey))
  const logTwin = printNoteKey(makeNoteKey('twin.example', 'ed25519', log.key.publicKey))

  it.each([
    ['nothing', ''],
    ['no quorum', two],
    ['no line feed at the end', `${two}quorum X1`],
    ['two quorums', `${two}quorum X1\nquorum X1\n`],
    ['a quorum of two names', `${two}quorum X1 X2\n`],
    ['a quorum without a name', `${two}quorum\n`],
    ['a quorum that is unknown', `${two}quorum X3\n`],
    ['a quorum before its witness', `quorum X1\n${two}`],
    ['another keyword', `${two}quorum X1\nmonitor x\n`],
    ['a keyword in upper case', `${two}QUORUM X1\n`],
    ['a carriage return', `${two}quorum X1\r\n`],
    ['a form feed in a comment', `# \f\nquorum none\n`],
    ['a DEL in a comment', `# \x7f\nquorum none\n`],
    ['a zero', `\0\nquorum none\n`],
    ['a witness without a key', `witness X1\nquorum none\n`],
    ['a witness with a fourth item', `${witnessLine('X1').trim()} u x\nquorum X1\n`],
    ['a witness that is none', `${witnessLine('X1', 'none')}quorum none\n`],
    ['a name twice', `${witnessLine('X1')}${witnessLine('X2', 'X1')}quorum X1\n`],
    ['a key twice', `${two}witness X4 ${twin}\nquorum X1\n`],
    ['the key of a log', `witness X1 ${printNoteKey(log.key)}\nquorum X1\n`],
    ['a log without a key', `log\nquorum none\n`],
    ['a log with a third item', `${logLine.trim()} u x\nquorum none\n`],
    ['a log twice', `${logLine}log ${logTwin}\nquorum none\n`],
    ['the key of a witness for a log', `log ${printNoteKey(witnesses.X1.key)}\nquorum none\n`],
    ['a key that is none', `log x\nquorum none\n`],
    ['a group without members', `${two}group g any\nquorum X1\n`],
    ['a group of 0', `${two}group g 0 X1 X2\nquorum g\n`],
    ['a group of 3 of 2', `${two}group g 3 X1 X2\nquorum g\n`],
    ['a group of 01', `${two}group g 01 X1 X2\nquorum g\n`],
    ['a group of +1', `${two}group g +1 X1 X2\nquorum g\n`],
    ['a group of most', `${two}group g most X1 X2\nquorum g\n`],
    ['a group with a member twice', `${two}group g any X1 X1\nquorum g\n`],
    ['a member of two groups', `${two}group g any X1\ngroup h any X1 X2\nquorum g\n`],
    ['a group of itself', `${two}group g any X1 g\nquorum g\n`],
    ['a group of a later witness', `group g any X1\n${two}quorum g\n`],
    ['a group of none', `${two}group g any X1 none\nquorum g\n`],
    ['a group with the name of a witness', `${two}group X1 any X2\nquorum X1\n`],
    ['a group with the name none', `${two}group none any X2\nquorum X1\n`],
  ])('with %s is refused', (_, text) => {
    expect(() => parse(text)).toThrow(code('log/policy'))
  })

  it('takes thresholds from one to all', () => {
    for (const [k, threshold] of [
      ['any', 1],
      ['1', 1],
      ['2', 2],
      ['all', 2],
    ] as const) {
      expect(parse(`${two}group g ${k} X1 X2\nquorum g\n`).quorum).toMatchObject({ threshold })
    }
  })

  it('names the line', () => {
    expect(() => parse(`${two}group g 3 X1 X2\nquorum g\n`)).toThrow(
      'line 3 of the policy: expected any, all or a number from 1 to 2, got "3"',
    )
  })

  it('has 64 of each at most, and 64 KiB', () => {
    const keys = Array.from({ length: 65 }, (_, i) => testSigner(`k${i}.example`, 'cosignature'))
    const lines = keys.map(({ key }, i) => `witness w${i} ${printNoteKey(key)}\n`)
    const logs = keys.map(
      ({ key }, i) =>
        `log ${printNoteKey(makeNoteKey(`l${i}.example`, 'ed25519', key.publicKey))}\n`,
    )
    const groups = keys.slice(0, 64).map((_, i) => `group g${i} any w${i}\n`)
    const all = [...lines.slice(0, 64), ...logs.slice(0, 64), ...groups].join('')
    expect(parse(`${all}quorum g63\n`).witnesses).toHaveLength(64)
    for (const more of [lines[64]!, logs[64]!, 'group g64 any g0\n']) {
      expect(() => parse(`${all}${more}quorum g63\n`)).toThrow(code('log/policy'))
    }
    const filler = '#'.repeat(MAX_POLICY_BYTES - 'quorum none\n\n'.length)
    parse(`quorum none\n${filler}\n`)
    expect(() => parse(`quorum none\n${filler}#\n`)).toThrow(code('log/policy'))
  })
})

describe('a checkpoint under a policy', () => {
  const policy = parse(EXAMPLE)
  const head = { size: 0, root: EMPTY_ROOT }
  const { X1, X2, Y1 } = witnesses

  it('is trusted with its quorum, and says who cosigned when', async () => {
    const note = await signedCheckpoint(log, head, [Y1, X2, X1], 1000)
    expect(verifyCheckpoint(policy, Buffer.from(note))).toEqual({
      origin: 'log.example',
      ...head,
      witnesses: ['X1', 'X2', 'Y1'].map((name) => ({ name, timestamp: 1000 })),
    })
  })

  it('is refused without its quorum, its log or with another log', async () => {
    const few = await signedCheckpoint(log, head, [X1, Y1])
    expect(() => verifyCheckpoint(policy, Buffer.from(few))).toThrow(code('log/quorum'))
    const foreign = await signedCheckpoint(otherLog, head, [X1, X2, Y1])
    expect(() => verifyCheckpoint(policy, Buffer.from(foreign))).toThrow(code('log/signature'))
    const both = parse(`log ${printNoteKey(otherLog.key)}\n${EXAMPLE}`)
    const renamed = { ...otherLog, key: { ...log.key } }
    const forged = await signedCheckpoint(renamed, head, [X1, X2, Y1])
    expect(() => verifyCheckpoint(both, Buffer.from(forged))).toThrow(code('log/signature'))
  })

  it('of one log that another log signed is refused', async () => {
    const both = parse(`log ${printNoteKey(otherLog.key)}\n${EXAMPLE}`)
    const own = await signedCheckpoint(otherLog, head, [X1, X2, Y1])
    verifyCheckpoint(both, Buffer.from(own))
    const text = `log.example\n0\n${Buffer.from(EMPTY_ROOT).toString('base64')}\n`
    const signatures = [
      await signNote(otherLog, text),
      ...(await Promise.all([X1, X2, Y1].map((by) => cosignCheckpoint(by, text, 1)))),
    ]
    const odd = Buffer.from(printNote({ text, signatures }))
    expect(() => verifyCheckpoint(both, odd)).toThrow(code('log/signature'))
  })
})

describe('a tlog-proof', () => {
  const policy = parse(`${logLine}${witnessLine('X1')}quorum X1\n`)
  const tree = new MemoryLog().growTo(300)
  const at = 258
  const leafHash = hashLeaf(Buffer.from(`entry ${at}`))

  async function proofOf(extra: Uint8Array | null = null): Promise<string> {
    return printLogProof({
      extra,
      index: at,
      hashes: proveInclusion(tree.reader, at, 300),
      checkpoint: await signedCheckpoint(log, tree.head, [witnesses.X1], 1000),
    })
  }

  it('is verified, and comes back with its extra data', async () => {
    for (const extra of [null, Buffer.from('salt'), Buffer.alloc(65_535)]) {
      const text = await proofOf(extra)
      const proof = parseLogProof(Buffer.from(text))
      expect(proof.extra).toEqual(extra)
      expect(printLogProof(proof)).toBe(text)
      expect(verifyLogProof(policy, proof, leafHash)).toMatchObject({
        size: 300,
        witnesses: [{ name: 'X1', timestamp: 1000 }],
      })
    }
  })

  it('begins with these lines', async () => {
    const [format, extra, index, hash] = (await proofOf(Buffer.from('salt'))).split('\n')
    expect([format, extra, index]).toEqual([
      'c2sp.org/tlog-proof@v1',
      'extra c2FsdA==',
      'index 258',
    ])
    const sibling = hashLeaf(Buffer.from('entry 259'))
    expect(hash).toBe(sibling.toString('base64'))
  })

  it('is refused with any bit flipped outside of its extra data', async () => {
    const bytes = Buffer.from(await proofOf())
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      expect(() => verifyLogProof(policy, parseLogProof(flip(bytes, bit)), leafHash)).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^log\/(invalid|mismatch|quorum|signature)$/) as string,
        }) as Error,
      )
    }
  })

  it('is refused for another leaf', async () => {
    const proof = parseLogProof(Buffer.from(await proofOf()))
    const other = hashLeaf(Buffer.from('entry 257'))
    expect(() => verifyLogProof(policy, proof, other)).toThrow(code('log/mismatch'))
  })

  it.each<[string, (text: string) => string]>([
    ['another format', (text) => text.replace('@v1', '@v2')],
    ['a line before', (text) => `\n${text}`],
    ['an empty extra line', (text) => text.replace('index', 'extra \nindex')],
    ['an extra line without a space', (text) => text.replace('index', 'extra\nindex')],
    ['extra data that is no base64', (text) => text.replace('index', 'extra A\nindex')],
    ['two extra lines', (text) => text.replace('index', 'extra AA==\nextra AA==\nindex')],
    ['an extra line behind the index', (text) => text.replace('258\n', '258\nextra AA==\n')],
    [
      'extra data of 65,536 bytes',
      (text) => text.replace('index', `extra ${Buffer.alloc(65_536).toString('base64')}\nindex`),
    ],
    ['no index', (text) => text.replace('index 258\n', '')],
    ['an index with a leading zero', (text) => text.replace('index 258', 'index 0258')],
    ['an index of 2^53', (text) => text.replace('index 258', 'index 9007199254740992')],
    ['a negative index', (text) => text.replace('index 258', 'index -1')],
    [
      '64 hashes',
      (text) =>
        text.replace(/index 258\n[^]*?\n\n/, `index 258\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n`),
    ],
    ['no empty line', (text) => text.replace('\n\n', '\n')],
    ['an empty line too many', (text) => text.replace('\n\n', '\n\n\n')],
    ['a carriage return', (text) => text.replace('\n', '\r\n')],
    ['no checkpoint', (text) => text.slice(0, text.indexOf('\n\n') + 2)],
  ])('is refused with %s', async (_, change) => {
    const text = await proofOf()
    expect(change(text)).not.toBe(text)
    expect(() => parseLogProof(Buffer.from(change(text)))).toThrow(code('log/invalid'))
  })
})
