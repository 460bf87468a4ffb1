import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { COMMAND, runBailiwick } from '../support/bailiwick-command.ts'

const root = mkdtempSync(join(tmpdir(), 'convert-'))
let folder = root
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A file in the folder of the test, with this text. */
function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** What a file has, without comments. */
function body(name: string): string[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^[#;!]/.test(line))
}

const LIST =
  '# mine\n0.0.0.0 a.example\nb.example\n||c.example^\n*.d.example\nb.example\nnot a name\n'

describe('convert', () => {
  test('writes several formats of several lists in one run', async () => {
    const more = file('more.txt', 'e.example\n')
    const args = ['convert', file('list.txt', LIST), more]
    const outputs = [
      '--to',
      'rpz',
      '-o',
      join(folder, 'z'),
      '--to',
      'hosts',
      '-o',
      join(folder, 'h'),
    ]
    const { code, stdout, stderr } = await runBailiwick([
      ...args,
      ...outputs,
      '--zone',
      'z.example',
    ])
    expect([code, stdout]).toEqual([0, ''])
    expect(body('z').slice(4)).toEqual([
      'a.example CNAME .',
      'b.example CNAME .',
      '*.b.example CNAME .',
      'c.example CNAME .',
      '*.c.example CNAME .',
      '*.d.example CNAME .',
      'e.example CNAME .',
      '*.e.example CNAME .',
    ])
    expect(body('z')[1]).toBe('$ORIGIN z.example.')
    expect(body('h').filter((line) => line.startsWith('0.0.0.0'))).toEqual([
      '0.0.0.0 a.example',
      '0.0.0.0 b.example',
      '0.0.0.0 c.example',
      '0.0.0.0 e.example',
    ])
    expect(stderr).toContain('mixed, 7 lines, 5 accepted, 1 refused (1 inner-space)')
    expect(stderr).toContain('  line 7, inner-space: "not a name"\n')
    expect(stderr).toContain('5 entries, 1 duplicates\n')
  })

  test('reads standard input and writes standard output', () => {
    const run = spawnSync(process.execPath, [COMMAND, 'convert', '-', '--to', 'domains', '-q'], {
      input: LIST,
      encoding: 'utf8',
    })
    expect([run.status, run.stderr]).toEqual([0, ''])
    const names = run.stdout.split('\n').filter((line) => /^[^#]/.test(line))
    expect(names).toEqual(['a.example', 'b.example', 'c.example', '*.d.example'])
  })

  test('gives the same bytes for any order of its files, at any time', async () => {
    const a = file('a.txt', 'a.example\nb.example\n')
    const b = file('b.txt', '@@||b.example^\n||c.example^\n')
    const to = (name: string): string[] => [
      '--to',
      'json',
      '-o',
      join(folder, name),
      '--title',
      't',
      '-q',
    ]
    await runBailiwick(['convert', a, b, ...to('1')])
    await runBailiwick(['convert', b, a, ...to('2')], { env: { TZ: 'Asia/Tokyo', LC_ALL: 'C' } })
    expect(readFileSync(join(folder, '1'))).toEqual(readFileSync(join(folder, '2')))
    expect(readFileSync(join(folder, '1'), 'utf8')).toContain(
      '"b.example","kind":"domain","action":"passthru"',
    )
  })

  test('reports every line that made no entry', async () => {
    const list = file('list.txt', `${LIST}ok.example\n||x.example^$third-party\n`)
    const report = join(folder, 'report.tsv')
    const { code } = await runBailiwick([
      'convert',
      list,
      '--to',
      'hosts',
      '-o',
      join(folder, 'h'),
      '--report',
      report,
    ])
    expect(code).toBe(0)
    expect(readFileSync(report, 'utf8')).toBe(
      'file\tline\tverdict\treason\ttext\n' +
        `${list}\t7\trefused\tinner-space\tnot a name\n` +
        `${list}\t9\tunsupported\trule-with-options\t||x.example^$third-party\n`,
    )
  })

  test('tells the summary as JSON', async () => {
    const { stderr } = await runBailiwick([
      'convert',
      file('list.txt', LIST),
      '--to',
      'rpz',
      '--json',
    ])
    expect(JSON.parse(stderr)).toMatchObject({
      inputs: [
        {
          format: 'mixed',
          lines: 7,
          accepted: 5,
          refused: { count: 1, byReason: { 'inner-space': 1 } },
        },
      ],
      entries: 4,
      duplicates: 1,
      kinds: { domain: 2, host: 1, subdomains: 1, ip: 0, url: 0 },
      outputs: [{ format: 'rpz', written: 4, path: null }],
    })
  })

  test('ends with 1 under --strict when a line was refused, and has written all the same', async () => {
    const args = ['convert', file('list.txt', LIST), '--to', 'hosts', '-o', join(folder, 'h')]
    expect((await runBailiwick([...args, '--strict'])).code).toBe(1)
    expect(body('h')).toContain('0.0.0.0 a.example')
    expect((await runBailiwick(args)).code).toBe(0)
  })

  test('redirects where a zone that it reads redirects, or where it is told', async () => {
    const zone = file('zone', '$TTL 1\na.example A 192.0.2.80\n*.a.example A 192.0.2.80\n')
    await runBailiwick(['convert', zone, '--to', 'hosts', '-o', join(folder, 'h')])
    expect(body('h')).toEqual(['192.0.2.80 a.example', ':: a.example'])
    const list = file('list.txt', 'a.example\n')
    await runBailiwick([
      'convert',
      list,
      '--to',
      'rpz',
      '-o',
      join(folder, 'z'),
      '--action',
      'redirect=stop.example',
    ])
    expect(body('z')).toContain('a.example CNAME stop.example.')
  })

  test('is helped by a second thread with a large list, to the same bytes', async () => {
    const names = Array.from(
      { length: 200_000 },
      (_, i) => `www.n${String(i * 7919)}.example\n`,
    ).join('')
    const list = file('large.txt', names)
    const [z, h] = [join(folder, 'z'), join(folder, 'h')]
    await runBailiwick(['convert', list, '-q', '--to', 'rpz', '-o', z, '--to', 'hosts', '-o', h])
    for (const [format, path] of [
      ['rpz', z],
      ['hosts', h],
    ] as const) {
      await runBailiwick(['convert', list, '-q', '--to', format, '-o', join(folder, 'alone')])
      expect(readFileSync(join(folder, 'alone')).equals(readFileSync(path))).toBe(true)
    }
  })
})

test('a fault in both threads is one sentence', async () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `www.n${String(i * 7919)}.example\n`)
  const [list, z, y] = [file('large.txt', names.join('')), join(folder, 'z'), join(folder, 'y')]
  const args = ['--to', 'rpz', '-o', z, '--to', 'rpz', '-o', y, '--zone', 'not a zone']
  const { code, stderr } = await runBailiwick(['convert', list, ...args])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^bailiwick: .* \(zone\/invalid\)\n$/)
  expect(readdirSync(folder)).toEqual(['large.txt'])
})

describe('convert changes nothing', () => {
  const old = 'what was there\n'

  test.each([
    ['when the input is no list', '<!DOCTYPE html>\n', [], 3, 'import/not-a-list'],
    ['when the output cannot be made', 'a.example\n', ['--zone', 'not a zone'], 3, 'zone/invalid'],
  ])('%s', async (_, text, more, code, fault) => {
    const [out, list] = [file('out', old), file('list.txt', text)]
    const ran = await runBailiwick(['convert', list, '--to', 'rpz', '-o', out, ...more])
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(`(${fault})`)
    expect(readFileSync(out, 'utf8')).toBe(old)
    expect(readdirSync(folder).sort()).toEqual(['list.txt', 'out'])
  })

  test('names the file that is no list', async () => {
    const [good, bad] = [file('good.txt', 'a.example\n'), file('bad.txt', '')]
    const { stderr } = await runBailiwick(['convert', good, bad, '--to', 'rpz'])
    expect(stderr).toBe(
      `bailiwick: in ${JSON.stringify(bad)}: expected a list, got nothing at all (import/empty)\n`,
    )
  })
})

describe('convert says what it expected, and ends with 2', () => {
  test.each([
    [['--to', 'bind'], 'expected --to to be one of adblock, csv,'],
    [
      ['--to', 'rpz', '-o', 'a', '-o', 'b'],
      'expected one --output for each --to, got 1 formats and 2 files',
    ],
    [
      ['--to', 'rpz', '--to', 'hosts'],
      'expected one --output for each --to, got 2 formats and 0 files',
    ],
    [['--to', 'rpz', '--from', 'xml'], 'expected --from to be one of auto, adblock,'],
    [['--to', 'rzp'], 'got "rzp"; did you mean "rpz"?'],
    [['--to', 'rpz', '--from', 'hosst'], 'got "hosst"; did you mean "hosts"?'],
    [['--to', 'rpz', '--kind', 'name'], "argument 'name' is invalid. Allowed choices are domain,"],
    [
      ['--to', 'rpz', '--action', 'explode'],
      'expected --action to be an action, or redirect=TARGET',
    ],
    [
      ['--to', 'rpz', '--action', 'redirect'],
      'expected --action to be an action, or redirect=TARGET',
    ],
    [['--to', 'rpz', '--serial', '0'], 'expected --serial to be 1 to 4294967295, got "0"'],
    [[], "required option '--to <format>' not specified"],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await runBailiwick([
      'convert',
      file('l', 'a.example\n'),
      ...args,
    ])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(says)
  })

  test('a file that is not there', async () => {
    const { code, stderr } = await runBailiwick(['convert', join(folder, 'none'), '--to', 'rpz'])
    expect(code).toBe(3)
    expect(stderr).toContain('does not exist (system/not-found)')
  })
})

describe('convert changes nothing when files would be written over each other:', () => {
  test.each([
    ['the report over an input', ['--to', 'hosts', '--report', 'src.txt']],
    ['an output over an input', ['--to', 'hosts', '-o', './src.txt']],
    ['the report over an output', ['--to', 'hosts', '-o', 'x', '--report', 'x']],
    ['two outputs', ['--to', 'hosts', '-o', 'x', '--to', 'rpz', '-o', './x']],
  ])('%s', async (_, args) => {
    file('src.txt', LIST)
    const { code, stderr } = await runBailiwick(['convert', 'src.txt', ...args], { cwd: folder })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^bailiwick: expected .* too \(usage\/invalid\)\n$/) as string,
    })
    expect(readFileSync(join(folder, 'src.txt'), 'utf8')).toBe(LIST)
    expect(readdirSync(folder)).toEqual(['src.txt'])
  })

  test('makes no folder for an output', async () => {
    file('src.txt', LIST)
    const args = ['convert', 'src.txt', '--to', 'hosts', '-o', 'none/x']
    const { code, stderr } = await runBailiwick(args, { cwd: folder })
    expect(code).not.toBe(0)
    expect(stderr).toContain('make "none" first')
    expect(readdirSync(folder)).toEqual(['src.txt'])
  })
})
