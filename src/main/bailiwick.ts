#!/usr/bin/env node
import { Command } from 'commander'
import { runProgram } from './run-program.ts'

/**
 * The command line. Each noun's file adds its verbs; what a verb needs is imported when it runs, so that
 * `agent pull` never loads the database driver and every start is quick.
 */
const NOUNS = [
  () => import('./convert.ts'),
] as const

const program = new Command('bailiwick')
  .description('Signed distribution of DNS and URL blocking lists.')
for (const noun of NOUNS) (await noun()).register(program)
await runProgram(program)
