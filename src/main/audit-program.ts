#!/usr/bin/env node
import { Command } from 'commander'
import { registerAuditVerbs } from './audit.ts'
import { runProgram } from './run-program.ts'

/** The audit as a program of its own, for whoever checks an authority and has no other use for Bailiwick: `bailiwick-audit verify URL`. */
const program = new Command('bailiwick-audit').description(
  'Checks what an authority publishes, from its bytes alone.',
)
registerAuditVerbs(program)
runProgram(program)
