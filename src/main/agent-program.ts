#!/usr/bin/env node
import { Command } from 'commander'
import { registerAgentVerbs } from './agent.ts'
import { runProgram } from './run-program.ts'

/** The agent as a program of its own, for hosts that have no other use for Bailiwick: `bailiwick-agent pull --config FILE`. */
const program = new Command('bailiwick-agent').description(
  'Pulls signed blocking lists, verifies them and loads them into resolvers.',
)
registerAgentVerbs(program)
runProgram(program)
