// Package read reads streams over HTTP.
//
// It loses nothing. A listing that is not sorted by the time of the last change
// is read inside a window of time with a fixed end, since records that change
// meanwhile leave the window and shift the pages behind them; when the window
// turns out to have changed it is read again, and the cursor moves only once it
// was read whole. A listing that is sorted so is read on from the last time
// seen, without pages.
package read
