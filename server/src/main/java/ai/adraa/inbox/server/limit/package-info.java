/** Rate limits: their text form in options, and their token buckets. */
@NullMarked
package ai.adraa.inbox.server.limit;

import org.jspecify.annotations.NullMarked;
