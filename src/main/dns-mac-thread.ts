import { parentPort } from 'node:worker_threads'
import { signRun } from '../dns/tsig-run.ts'
import type { TsigKey } from '../dns/zone-source.ts'
import type { MacAnswer, MacAsk } from './dns-mac-worker.ts'

/** A thread behind `MacThread`: signs runs of messages, which lie in shared memory. */
const port = parentPort
if (port === null) throw new Error('this file is run as a thread')

const keys = new Map<number, TsigKey>()
/** The last MAC of each chain that is being signed here. */
const priors = new Map<number, Uint8Array>()

port.on('message', (ask: MacAsk) => {
  switch (ask.ask) {
    case 'key':
      keys.set(ask.id, ask.key)
      return
    case 'close':
      priors.delete(ask.chain)
      return
    case 'sign':
      sign(ask)
  }
})

function sign({ id, chain, key: number, ...ask }: Extract<MacAsk, { ask: 'sign' }>): void {
  const key = keys.get(number)
  const prior = ask.prior ?? priors.get(chain)
  if (key === undefined || prior === undefined) throw new Error('a chain without a beginning')
  const wraps = signRun(ask.run, { key, prior, isFirst: ask.isFirst, now: ask.now })
  if (wraps.mac !== null) priors.set(chain, wraps.mac)
  // The MAC is a view into memory that many share; as it is small, it is copied.
  const mac = wraps.mac && new Uint8Array(wraps.mac)
  const answer: MacAnswer = { id, wraps: { ...wraps, mac } }
  port?.postMessage(answer)
}
