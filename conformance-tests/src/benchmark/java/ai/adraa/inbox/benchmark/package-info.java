/**
 * How fast the server is, beside the least that the same stack could do: {@code mvn verify
 * -Pbenchmark}.
 */
@NullMarked
package ai.adraa.inbox.benchmark;

import org.jspecify.annotations.NullMarked;
