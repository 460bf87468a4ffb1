import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PublicDefinition } from '../../src/core/list-definition.ts'
import type { ExportFormat } from '../../src/formats/render-export.ts'
import { exportSource, line, render } from '../support/export-builders.ts'
import { describeWith, needsProgram } from '../support/needs-program.ts'

const VECTORS = new URL('../vectors/exports/', import.meta.url)
const ORIGIN = 'phishing.rpz.example'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-exports-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Ran {
  readonly code: number | string
  readonly output: string
}

/** Runs a program to its end, at most 20 seconds. */
function run(program: string, args: readonly string[], cwd = folder): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(needsProgram(program), args, { cwd, timeout: 20_000 }, (error, out, err) => {
      const code = error?.code ?? (error === null ? 0 : 'killed')
      resolve({ code, output: out + err })
    })
  })
}

function listLines(name: string): string[] {
  const text = readFileSync(new URL(`${name}/lines.txt`, VECTORS), 'utf8')
  return text.split('\n').filter((text) => text !== '')
}

/** The vectors' lists: everything a list can have, nothing at all, and URLs that are steered. */
const LISTS = ['mixed', 'empty', 'steered'] as const

/** Writes the export of a vector's list to a file; under the same origin for all. */
function writeExport(name: (typeof LISTS)[number], format: ExportFormat): string {
  const text = readFileSync(new URL(`${name}/definition.json`, VECTORS), 'utf8')
  const definition = JSON.parse(text) as PublicDefinition
  const source = { ...exportSource(listLines(name), definition), zone: ORIGIN }
  const file = join(folder, `${name}.${format}`)
  writeFileSync(file, render(format, source).text)
  return file
}

describeWith(['named-checkzone', 'named-compilezone'], 'BIND’s checks take the zone', () => {
  it.each(LISTS)('of the %s list, with everything made an error', async (name) => {
    const strict = [
      '-k',
      'fail',
      '-m',
      'fail',
      '-n',
      'fail',
      '-r',
      'fail',
      '-i',
      'full',
      '-T',
      'ignore',
    ]
    const { code, output } = await run('named-checkzone', [
      ...strict,
      ORIGIN,
      writeExport(name, 'rpz'),
    ])
    expect(output).toContain('loaded serial 42')
    expect(output).not.toMatch(/warn|ignor|not |bad/i)
    expect(code).toBe(0)
  })

  it('and lose no record of it', async () => {
    const file = writeExport('mixed', 'rpz')
    const args = ['-k', 'fail', '-s', 'full', '-o', '-', ORIGIN, file]
    const { output } = await run('named-compilezone', args)
    const compiled = output
      .split('\n')
      .filter((text) => text.includes(' IN ') || text.includes('\tIN\t'))
    const written = render('rpz', exportSource(listLines('mixed'), redirecting())).lines.slice(2)
    expect(compiled).toHaveLength(written.length)
  })
})

function redirecting(): Partial<PublicDefinition> {
  return { action: { type: 'redirect', to: ['192.0.2.80', '2001:db8::80'] } }
}

describeWith('unbound-checkconf', 'Unbound takes the local zones', () => {
  it.each(LISTS)('of the %s list', async (name) => {
    const config = join(folder, 'unbound.conf')
    const settings = `chroot: ""\n directory: "${folder}"\n username: ""`
    writeFileSync(config, `server:\n ${settings}\ninclude: "${writeExport(name, 'unbound')}"\n`)
    const { code, output } = await run('unbound-checkconf', [config])
    expect(output).toContain('no errors')
    expect(code).toBe(0)
  })

  it('with single names below a domain that is redirected', async () => {
    const lines = ['x.example domain redirect', 'a.x.example host', 'b.x.example host redirect']
    const config = join(folder, 'nested.conf')
    writeFileSync(config, render('unbound', exportSource(lines.map(line), redirecting())).text)
    const { code } = await run('unbound-checkconf', [config])
    expect(code).toBe(0)
  })

  it('and is asked for the policy zone, too', async () => {
    const zone = writeExport('mixed', 'rpz')
    const config = join(folder, 'rpz.conf')
    const server = `server:\n chroot: ""\n directory: "${folder}"\n username: ""\n module-config: "respip iterator"\n`
    writeFileSync(config, `${server}rpz:\n name: "${ORIGIN}"\n zonefile: "${zone}"\n`)
    const { code } = await run('unbound-checkconf', [config])
    expect(code).toBe(0)
  })
})

describeWith('dnsmasq', 'dnsmasq takes the servers', () => {
  it.each(LISTS)('of the %s list', async (name) => {
    const file = writeExport(name, 'dnsmasq')
    const { code, output } = await run('dnsmasq', ['--test', `--conf-file=${file}`])
    expect(output).toContain('syntax check OK')
    expect(code).toBe(0)
  })
})

describeWith('squid', 'Squid takes the names and the expressions', () => {
  it.each(LISTS)('of the %s list, with no warning', async (name) => {
    const config = join(folder, `${name}.squid.conf`)
    const acls =
      `acl names dstdomain "${writeExport(name, 'squid')}"\n` +
      `acl urls url_regex "${writeExport(name, 'squid-urls')}"\n`
    const rules = 'http_access deny names\nhttp_access deny urls\nhttp_port 127.0.0.1:3128\n'
    writeFileSync(config, `${acls}${rules}pid_filename none\ncache_log /dev/null\n`)
    const { code, output } = await run('squid', ['-k', 'parse', '-f', config])
    // An empty list is an empty file, of which Squid says so.
    const faults = output
      .split('\n')
      .filter((text) => /WARNING|ERROR|FATAL|Bungled/.test(text) && !text.includes('empty ACL'))
    expect(faults).toEqual([])
    expect(code).toBe(0)
  })
})
