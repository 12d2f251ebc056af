/** What requests and responses of the API contain. Generated from the contract. */
@NullMarked
package ai.adraa.inbox.client.model;

import org.jspecify.annotations.NullMarked;
