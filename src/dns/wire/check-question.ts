import type { Message } from './message.ts'
import { OPCODE, RCODE, TYPE } from './numbers.ts'

/**
 * The rcode with which any server must refuse what is well-formed but no question that it could look at, or null. To be asked after
 * the signature was verified, so that the refusal is signed.
 */
export function checkQuestion(message: Message): number | null {
  const { edns, opcode, question } = message
  // RFC 6891 §6.1.3
  if (edns !== null && edns.version > 0) return RCODE.badVers
  // RFC 2136 §3: nobody changes a zone here.
  if (opcode === OPCODE.update) return RCODE.notImp
  if (question === null) return RCODE.formErr
  // RFC 1995 §3: the asker's SOA, of the zone that it asks for.
  if (question.type === TYPE.ixfr && message.serial === null) return RCODE.formErr
  return null
}
