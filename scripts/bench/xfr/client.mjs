// The client of these benchmarks: `transfer-client.c`, compiled when it is needed.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { DATA } from '../lib.mjs'
import { ORIGIN } from './zone-names.mjs'

const SOURCE = new URL('transfer-client.c', import.meta.url).pathname
const CLIENT = path.join(DATA, 'transfer-client')

/** Compiles the client unless it is newer than its source. Needs cc and the headers of libssl. */
export function compileClient() {
  fs.mkdirSync(DATA, { recursive: true })
  const made = fs.statSync(CLIENT, { throwIfNoEntry: false })
  if (made !== undefined && made.mtimeMs > fs.statSync(SOURCE).mtimeMs) return
  const flags = ['-O2', '-Wall', '-Wno-deprecated-declarations']
  execFileSync('cc', [...flags, '-o', CLIENT, SOURCE, '-lcrypto'], { stdio: 'inherit' })
}

/**
 * Transfers the zone from a server, to several clients at once: what the client says, `wall` in seconds. Throws when a transfer breaks
 * off.
 */
export function transfer(server, { clients = 1, key = null, verifies, from, records, capture }) {
  return JSON.parse(execFileSync(CLIENT, argumentsOf(), { encoding: 'utf8' }))

  function argumentsOf() {
    return [
      ...['-c', String(clients)],
      ...(key ? ['-k', `${key.name}:${key.secret}`] : []),
      ...(verifies ? ['-v'] : []),
      ...(from === undefined ? [] : ['-i', String(from)]),
      ...(records === undefined ? [] : ['-e', String(records)]),
      ...(capture === undefined ? [] : ['-w', capture]),
      ...['127.0.0.1', String(server.port), ORIGIN],
    ]
  }
}

/** Where the client lies, for whoever runs it beside something else. */
export const CLIENT_PATH = CLIENT

/** Seconds of processor time of a process, its threads and its children. */
export function cpuOf(pid) {
  let ticks = 0
  for (const one of treeOf(pid)) {
    const stat = fs.readFileSync(`/proc/${one}/stat`, 'latin1').replace(/^.*\) /, '')
    const fields = stat.split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

function treeOf(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return [pid, ...children.split(' ').filter(Boolean).map(Number).flatMap(treeOf)]
}
