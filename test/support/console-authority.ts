import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMAND, runBailiwick } from './bailiwick-command.ts'

export const PASSWORD = 'correct horse battery staple'

/** A real authority whose list asks for two people of two organisations, with its console served on loopback. */
export interface ConsoleAuthority {
  readonly url: string
  readonly folder: string
  readonly rootFile: string
  /** Runs a command as the administrator, or as somebody else. */
  readonly run: (...args: string[]) => Promise<string>
  readonly stop: () => Promise<void>
}

const CERT = 'Example CERT'
const HOTLINE = 'Example Hotline'

/** Everybody in it, each with `PASSWORD`; gabi has all other roles as well. */
const PEOPLE = [
  ['anna', CERT, 'administrator', '--all-lists'],
  ['bela', HOTLINE, 'curator', '--list', 'phishing'],
  ['cleo', CERT, 'approver', '--list', 'phishing'],
  ['dora', CERT, 'publisher', '--list', 'phishing'],
  ['emil', HOTLINE, 'reporter', '--list', 'phishing'],
  ['frida', CERT, 'auditor', '--all-lists'],
  ['gabi', CERT, 'curator', '--list', 'phishing'],
] as const

export async function openConsoleAuthority(
  definition: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ConsoleAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-console-'))
  const data = join(folder, 'var')
  const run = async (...args: string[]): Promise<string> => {
    const ran = await runBailiwick(['--data', data, '--actor', 'anna', ...args])
    if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }
  await run('init', '--authority', CERT, '--insecure-plain-keys')
  // As long as there are no users one person decides: so there is something to look at.
  const apply = async (approvals: object): Promise<void> => {
    writeFileSync(join(folder, 'list.json'), JSON.stringify({ ...definition, approvals }))
    await run('list', 'apply', join(folder, 'list.json'))
  }
  await apply({ needed: 1, organisations: 1 })
  await run('entry', 'add', 'phishing', 'listed.example', '--reason', 'a test')
  await run('publish', 'phishing')
  await apply({ needed: 2, organisations: 2 })
  await run('organisation', 'add', CERT, '--kind', 'cert')
  await run('organisation', 'add', HOTLINE, '--kind', 'hotline')
  writeFileSync(join(folder, 'top.csv'), '1,bank.example\n2,shop.example\n')
  await run('popular', 'load', join(folder, 'top.csv'), '--source', 'a test')
  writeFileSync(join(data, 'console.json'), JSON.stringify({ secondFactorRoles: [], ...settings }))
  const serving = await serve(data)
  try {
    await addPeople(run, serving.url)
  } catch (error) {
    await serving.stop()
    throw error
  }
  return {
    ...{ url: serving.url, folder, rootFile: join(data, 'root.json'), run },
    stop: async () => {
      await serving.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function addPeople(run: ConsoleAuthority['run'], url: string): Promise<void> {
  for (const [name, organisation, role, ...scope] of PEOPLE) {
    const args = ['--organisation', organisation, '--role', role, ...scope, '--json']
    const { code } = JSON.parse(await run('user', 'add', name, ...args)) as { code: string }
    const { status } = await fetch(`${url}/v1/session/invitation`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ code, password: PASSWORD }),
    })
    if (status !== 200) throw new Error(`expected a password to be chosen, got ${status}`)
  }
  for (const role of ['reporter', 'approver', 'publisher']) {
    await run('user', 'role', 'give', 'gabi', role, '--list', 'phishing')
  }
  for (const role of ['administrator', 'auditor']) {
    await run('user', 'role', 'give', 'gabi', role, '--all-lists')
  }
}

async function serve(
  data: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const args = ['serve', '--http', '127.0.0.1:0', '--dns', 'none', '--log-level', 'error']
  const child = spawn(process.execPath, [COMMAND, '--data', data, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let told = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('expected serve to run')))
    child.stdout.on('data', (text: Buffer) => {
      told += text.toString()
      const [, found] = /serving (http:\S+)\n/.exec(told) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
