// Shared by the benchmarks here: whole-process timing in turn (A B C, A B C …), so that drift hits all alike.
// Every figure is a median of the counted rounds; ratios are taken round by round.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Where generated inputs and results lie; both are ignored by git. */
export const DATA = new URL('./data/', import.meta.url).pathname
export const RESULTS = new URL('./results/', import.meta.url).pathname
export const CLI = new URL('../../dist/main/bailiwick.js', import.meta.url).pathname

/** The middle value (the lower of two middles would bias: their mean is taken). */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/**
 * Runs one command to its end: wall seconds and the peak resident MiB of the largest process of its
 * tree, read from the kernel's high-water mark every few milliseconds. Throws when it fails.
 */
export async function runOnce(command, { cwd, env } = {}) {
  const started = process.hrtime.bigint()
  const child = spawn('bash', ['-c', command], {
    cwd,
    env: { ...process.env, LC_ALL: 'C', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-4000)
  })
  let peak = 0
  const poll = setInterval(() => {
    peak = Math.max(peak, peakOfTree(child.pid))
  }, 5)
  const code = await new Promise((resolve) => child.once('close', resolve))
  const wall = Number(process.hrtime.bigint() - started) / 1e9
  clearInterval(poll)
  if (code !== 0) throw new Error(`exit ${String(code)}: ${command}\n${complaint}`)
  return { wall, peakMiB: peak / 1024 }
}

function peakOfTree(pid) {
  let peak = 0
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1')
    peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0)
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    for (const child of children.trim().split(' '))
      if (child) peak = Math.max(peak, peakOfTree(child))
  } catch {
    // The process has ended between two looks: what was seen so far stands.
  }
  return peak
}

/**
 * Times `jobs` ({ label, command, before? }) in turn: one warm-up, then `rounds`. `before` prepares a
 * round and is not timed. Gives one row a job, its ratio against the first job taken round by round.
 */
export async function race(jobs, { rounds = 5, warmup = 1 } = {}) {
  const runs = new Map(jobs.map((job) => [job.label, []]))
  for (let round = 0; round < warmup + rounds; round++) {
    for (const job of jobs) {
      await job.before?.()
      const run = await (job.run ?? (() => runOnce(job.command, job)))()
      if (round >= warmup) runs.get(job.label).push(run)
    }
  }
  const first = runs.get(jobs[0].label)
  return jobs.map(({ label }) => {
    const mine = runs.get(label)
    const walls = mine.map((run) => run.wall)
    return {
      label,
      wall: median(walls),
      min: Math.min(...walls),
      max: Math.max(...walls),
      peakMiB: median(mine.map((run) => run.peakMiB ?? 0)),
      ratio: median(mine.map((run, i) => run.wall / first[i].wall)),
    }
  })
}

/** Prints the rows as a table and appends them to `results/<name>.jsonl`. */
export function report(name, title, rows, note = {}) {
  console.log(`\n## ${title}`)
  const first = rows[0].label
  console.log(
    `${'what'.padEnd(34)}${'wall s'.padStart(9)}${'min-max'.padStart(16)}${'peak MiB'.padStart(10)}  x ${first}`,
  )
  for (const row of rows) {
    const span = `${row.min.toFixed(3)}-${row.max.toFixed(3)}`
    console.log(
      `${row.label.padEnd(34)}${row.wall.toFixed(3).padStart(9)}${span.padStart(16)}${row.peakMiB.toFixed(0).padStart(10)}  ${row.ratio.toFixed(2)}`,
    )
  }
  fs.mkdirSync(RESULTS, { recursive: true })
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version }
  fs.appendFileSync(
    path.join(RESULTS, `${name}.jsonl`),
    rows.map((row) => `${JSON.stringify({ title, ...row, ...note, ...machine })}\n`).join(''),
  )
}
