// The preview of an import of 50,000 lines, and how long others wait for the console meanwhile; for `every.mjs`.
import { setTimeout } from 'node:timers/promises'
import { nameOf } from './served.mjs'

const LINES = 50_000

/** A tenth of the lines stands on the list already. */
function textOf(entries) {
  return Array.from({ length: LINES }, (_, i) =>
    i % 10 === 0 ? nameOf((i * 17) % entries) : `fresh${i}.example`,
  ).join('\n')
}

/** Gives the preview's id. */
export async function previewWhileOthersAsk(served, { entries, blockedBetween, now }) {
  const { url, cookie } = served
  const headers = { cookie, origin: url, 'content-type': 'application/json' }
  const ask = async (at, more = {}) => {
    const from = performance.now()
    const response = await fetch(url + at, { headers, ...more })
    const text = await response.text()
    if (!response.ok) throw new Error(`${at}: ${response.status} ${text.slice(0, 300)}`)
    return { ms: performance.now() - from, text }
  }
  const run = async (what, at, body) => {
    await setTimeout(500)
    const from = now()
    let isRunning = true
    let longest = 0
    const others = (async () => {
      while (isRunning) {
        longest = Math.max(longest, (await ask('/v1/me')).ms)
        await setTimeout(5)
      }
    })()
    const answer = await ask(at, { method: 'POST', body: JSON.stringify(body) })
    isRunning = false
    await others
    await setTimeout(20)
    const blocked = blockedBetween(from, now())
    console.log(
      `${what}: ${answer.ms.toFixed(0)} ms; others waited ${longest.toFixed(0)} ms at most; the loop that serves was blocked ${blocked.serving.toFixed(0)} ms, the console's ${blocked.console.toFixed(0)} ms`,
    )
    return JSON.parse(answer.text)
  }
  const terms = { list: 'bench', reason: 'bench' }
  const text = `${textOf(entries)}\nnot a name\n`
  const preview = await run(`preview of ${LINES} lines`, '/v1/imports', { ...terms, text })
  const { import: id } = await run('the same again', '/v1/imports', { ...terms, text })
  const { digest, findings } = preview
  const acknowledge = findings.map(({ code }) => code)
  await run('proposing it', `/v1/imports/${preview.import}/proposal`, { digest, acknowledge })
  console.log('')
  return id
}
