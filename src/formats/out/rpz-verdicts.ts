import { FORMAT_VERDICT, type Verdict } from './entry-cursor.ts'

/** A listed name above says the same. */
export const COVERED: Verdict = FORMAT_VERDICT
/** The owner would be longer than DNS allows. */
export const TOO_LONG: Verdict = FORMAT_VERDICT + 1
/** A redirection to addresses, at an owner that is no host name. */
export const NO_HOST_NAME: Verdict = FORMAT_VERDICT + 2
/** A redirection to addresses that has a reference to tell. */
export const REFERENCED_REDIRECT: Verdict = FORMAT_VERDICT + 3
/** Hosts of URLs: the first, which gets the record; those after it; those that get none. */
export const STEER: Verdict = FORMAT_VERDICT + 4
export const STEERED: Verdict = FORMAT_VERDICT + 5
export const LISTED: Verdict = FORMAT_VERDICT + 6
export const UNSTEERED: Verdict = FORMAT_VERDICT + 7
