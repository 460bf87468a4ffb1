/** The time now. Handed to whatever needs it, so that tests can bring their own. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
