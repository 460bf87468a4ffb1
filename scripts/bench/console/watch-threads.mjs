// Loaded into each thread of a server (`NODE_OPTIONS=--import`): writes down whenever its loop did nothing else for longer than a moment. The file of
// a thread is named as the thread's own; a line has the end of the pause (milliseconds since 1970) and its length.
import fs from 'node:fs'
import path from 'node:path'
import { threadId } from 'node:worker_threads'

const EVERY_MS = 2
const TOLD_MS = 5
const name = path.basename(process.argv[1] ?? 'none', '.js')
const file = path.join(process.env.BENCH_WATCH ?? '', `${name}.${threadId}`)
let last = performance.now()
setInterval(() => {
  const now = performance.now()
  const pause = now - last - EVERY_MS
  last = now
  if (pause < TOLD_MS) return
  fs.appendFileSync(file, `${(performance.timeOrigin + now).toFixed(1)} ${pause.toFixed(1)}\n`)
  last = performance.now()
}, EVERY_MS).unref()
