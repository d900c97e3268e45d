export const LIVE_DATA = Symbol("LiveData");
