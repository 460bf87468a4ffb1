import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runBailiwick, type Ran } from '../support/bailiwick-command.ts'

const DEFINITION = {
  ...{ id: 'phishing', title: 'Phishing', authority: 'Example CERT' },
  action: { type: 'nxdomain' },
}

let folder: string
let data: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ceremony-'))
  data = join(folder, 'var')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function run(...args: string[]): Promise<string> {
  const ran = await runBailiwick(['--data', data, ...args])
  if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stderr}`)
  return ran.stdout
}

/** docs/spec/keys.md §6: the id of a draft with these payloads. */
function idOf(payloads: readonly { readonly payload: string }[]): string {
  const id = createHash('sha256')
  for (const { payload } of payloads) id.update(createHash('sha256').update(payload).digest())
  return id.digest('hex').slice(0, 16)
}

/** A holder's machine: an empty folder, no authority, no passphrase of the authority, and a module that refuses every connection. */
function machineOf(name: string) {
  const home = join(folder, name)
  mkdirSync(home)
  const guard = join(folder, 'no-network.cjs')
  writeFileSync(
    guard,
    `const refuse = () => { throw new Error('the network was used') }
     require('node:net').Socket.prototype.connect = refuse
     require('node:dns').lookup = refuse
     require('node:dgram').createSocket = refuse\n`,
  )
  const env = {
    ...{ BAILIWICK_DATA: undefined, HOME: home, NODE_OPTIONS: `--require ${guard}` },
    BAILIWICK_PASSPHRASE: `a passphrase of ${name}`,
  }
  const call = (...args: string[]): Promise<Ran> => runBailiwick(args, { cwd: home, env })
  return {
    home,
    call,
    run: async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await call(...args)
      if (code !== 0) throw new Error(stderr)
      return stdout
    },
  }
}

const containing = (text: string): unknown => expect.stringContaining(text)
const publicFileIn = (home: string): string => {
  const name = readdirSync(join(home, 'keys')).find((one) => one.endsWith('.public.json'))
  return join(home, 'keys', name!)
}

describe('a ceremony', () => {
  it('goes from holder to authority by files alone, with no network and no authority in reach', async () => {
    await run('init', '--insecure-plain-keys')
    const machines = ['alice', 'bob', 'carol'].map(machineOf)
    for (const { run: runThere } of machines) {
      const told = await runThere('key', 'make', '--use', 'root', '-o', 'keys')
      expect(told).toMatch(/^key {10}([0-9a-f]{4} ){15}[0-9a-f]{4}$/m)
    }
    const [alice, bob, carol] = machines as [Machine, Machine, Machine]
    expect(readdirSync(alice.home)).toEqual(['keys'])
    for (const name of readdirSync(join(alice.home, 'keys')).filter((one) =>
      /^[0-9a-f]{64}/.test(one),
    )) {
      const path = join(alice.home, 'keys', name)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(readFileSync(path, 'utf8')).toContain('aes-256-gcm')
    }
    const files = machines.map(({ home }) => publicFileIn(home))
    const drafted = await run('key', 'rotate', 'root', '--public', ...files, '--threshold', '2')
    expect(drafted).toContain('nothing is signed yet')
    expect(drafted).toContain(
      'root 2 needs 2 more of the keys that root 2 names (0 of 2 are there)',
    )
    expect(await run('key', 'ls')).toContain('1 changes wait for signatures')

    const payload = join(folder, 'payload.json')
    expect(await run('key', 'payload', '-o', payload)).toContain('root: 2 of 3 must sign (CHANGED')
    const sign = (machine: Machine, ...more: string[]): Promise<Ran> =>
      machine.call('key', 'sign', payload, '--keys', 'keys', '-o', 'mine.json', ...more)
    const shown = await sign(alice, '--show')
    expect(shown).toMatchObject({ code: 0, stdout: containing('to be signed by') })
    // Nobody can be asked, and nobody said yes.
    expect(await sign(alice)).toMatchObject({ code: 2, stderr: containing('--yes') })
    expect(readdirSync(alice.home)).toEqual(['keys'])
    for (const machine of [alice, carol])
      expect(await sign(machine, '--yes')).toMatchObject({ code: 0 })

    const taken = await run('key', 'accept', join(alice.home, 'mine.json'))
    expect(taken).toMatch(/good, taken\nstill missing:\n {2}root 2 needs 1 more/)
    const cut = join(folder, 'cut.json')
    writeFileSync(cut, readFileSync(join(carol.home, 'mine.json')).subarray(0, -30))
    const refused = await runBailiwick(['--data', data, 'key', 'accept', cut])
    expect(refused).toMatchObject({ code: 3, stderr: containing('(draft/invalid)') })
    expect(await run('key', 'accept', join(carol.home, 'mine.json'))).toContain(
      'signed and published: root',
    )
    expect(await run('key', 'drafts')).toBe('')
    const keys = JSON.parse(await run('key', 'ls', '--json')) as { role: string; isHeld: boolean }[]
    expect(keys.filter(({ role }) => role === 'root').map(({ isHeld }) => isHeld)).toEqual([
      false,
      false,
      false,
    ])

    // The next one, and a draft that is given up.
    const renewed = JSON.parse(await run('key', 'renew', 'root', '--json')) as { draft: string }
    expect(await run('key', 'drop', renewed.draft.slice(0, 8))).toContain(renewed.draft)
    const late = await sign(bob, '--yes')
    expect(late).toMatchObject({ code: 0 })
    const gone = await runBailiwick(['--data', data, 'key', 'accept', join(bob.home, 'mine.json')])
    expect(gone).toMatchObject({ code: 3, stderr: containing('(draft/not-found)') })
  })

  it('refuses what was altered, keys of another role, and a wrong passphrase', async () => {
    await run('init', '--insecure-plain-keys')
    const alice = machineOf('alice')
    await alice.run('key', 'make', '--use', 'targets', '-o', 'keys')
    const file = publicFileIn(alice.home)
    const wrongRole = await runBailiwick(['--data', data, 'key', 'add', 'root', '--public', file])
    expect(wrongRole).toMatchObject({ code: 2, stderr: containing('made for root') })
    await run('key', 'add', 'targets', '--public', file, '--threshold', '2')
    const payload = join(folder, 'payload.json')
    await run('key', 'payload', '-o', payload)
    const text = readFileSync(payload, 'utf8')
    const at = text.lastIndexOf('expires') + 'expires\\":\\"'.length
    const altered = `${text.slice(0, at)}3${text.slice(at + 1)}`
    writeFileSync(payload, altered)
    const sign = ['key', 'sign', payload, '--keys', 'keys', '--yes']
    expect(await runBailiwick(sign, { cwd: alice.home })).toMatchObject({
      stderr: containing('(draft/invalid)'),
    })
    // With an id of its own it is a payload like others, and shown as what it is; but no draft of the authority has it.
    const said = JSON.parse(altered) as { draft: string; payloads: { payload: string }[] }
    writeFileSync(payload, altered.replace(said.draft, idOf(said.payloads)))
    expect(await alice.run(...sign, '-o', 'mine.json')).toMatch(/targets version 2, valid until 30/)
    const given = ['--data', data, 'key', 'accept', join(alice.home, 'mine.json')]
    expect(await runBailiwick(given)).toMatchObject({
      ...{ code: 3, stderr: containing('(draft/not-found)') },
    })
    writeFileSync(payload, text)
    const wrong = await runBailiwick(sign, {
      ...{ cwd: alice.home, env: { BAILIWICK_PASSPHRASE: 'another' } },
    })
    expect(wrong).toMatchObject({
      code: 3,
      stderr: containing('(key/passphrase-wrong)'),
    })
    const none = await runBailiwick(['key', 'make', '--use', 'root', '-o', 'keys'], {
      ...{ cwd: alice.home, env: { BAILIWICK_PASSPHRASE: undefined } },
    })
    expect(none).toMatchObject({
      code: 3,
      stderr: containing('(key/passphrase-missing)'),
    })
  })

  it('lets a list wait for the holders of targets, and tells whose signatures', async () => {
    await run('init', '--insecure-plain-keys')
    const alice = machineOf('alice')
    await alice.run('key', 'make', '--use', 'targets', '-o', 'keys')
    const signAll = async (): Promise<string> => {
      const payload = join(folder, 'payload.json')
      await run('key', 'payload', '-o', payload)
      await alice.run('key', 'sign', payload, '--keys', 'keys', '--yes', '-o', 'mine.json')
      return run('key', 'accept', join(alice.home, 'mine.json'))
    }
    await run('key', 'rotate', 'targets', '--public', publicFileIn(alice.home))
    expect(await signAll()).toContain('signed and published: root, targets, snapshot')
    const definition = join(folder, 'list.json')
    writeFileSync(definition, JSON.stringify(DEFINITION))
    const applied = await run('list', 'apply', definition)
    expect(applied).toMatch(/^created phishing\n[^]*nothing is signed yet/)
    await run('entry', 'add', 'phishing', 'login.bad.example', '--reason', 'imitates a bank')
    const early = await runBailiwick(['--data', data, 'publish'])
    expect(early.stdout + early.stderr).toContain('draft/waits')
    expect(await signAll()).toContain('signed and published: targets, list-phishing, snapshot')
    expect(await run('publish')).toContain('phishing')
    expect(await run('doctor')).not.toContain('bad')
  })
})

type Machine = ReturnType<typeof machineOf>
