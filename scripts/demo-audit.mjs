import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * The part of the demo in which nobody has to believe the authority: a witness signs its log, an auditor checks what it published, and finds
 * the byte that somebody turned.
 */

/** Makes a witness, and gives the log a policy that waits for it. `run` prints and runs a command, `background` starts one. */
export async function witnessTheLog({ folder, port, run, background }) {
  mkdirSync(folder)
  const config = join(folder, 'witness.json')
  const { key } = JSON.parse(run('log', 'show', '--json'))
  const settings = { listen: `127.0.0.1:${port}`, keys: 'keys', state: 'state', logs: [key] }
  writeFileSync(config, JSON.stringify(settings, null, 2))
  run(
    ...['witness', 'init', '--config', config, '--name', 'witness.example'],
    '--insecure-plain-keys',
  )
  background('witness.log', ['witness', '--config', config])
  const url = `http://127.0.0.1:${port}`
  await untilReady(`${url}/healthz`)
  const witness = JSON.parse(run('witness', 'show', '--config', config, '--json'))
  const policy = join(folder, 'policy.txt')
  writeFileSync(
    policy,
    `log ${key}\nwitness association ${witness.key} ${url}\nquorum association\n`,
  )
  run('log', 'policy', policy)
}

/** A copy of what is published, with one byte of a list turned: gives the folder. */
export function tamper(published, folder) {
  cpSync(published, folder, { recursive: true })
  const lists = join(folder, 'tuf/targets/lists')
  const [list] = readdirSync(lists).sort()
  const [file] = readdirSync(join(lists, list)).filter((name) => name.endsWith('snapshot.txt.gz'))
  const path = join(lists, list, file)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1] ^= 1
  writeFileSync(path, bytes)
  return path
}

async function untilReady(url) {
  for (let i = 0; i < 100; i++) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await wait(100)
  }
  throw new Error(`nobody answers at ${url}`)
}
