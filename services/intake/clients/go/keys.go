// The platform's public keys, from its JSON Web Key Set.
package main

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"
)

// Keys are public keys by their names.
type Keys map[string]*rsa.PublicKey

// UnmarshalJSON reads a JSON Web Key Set.
func (keys *Keys) UnmarshalJSON(document []byte) error {
	var set struct{ Keys []struct{ Kid, N, E string } }
	if err := json.Unmarshal(document, &set); err != nil {
		return err
	}
	*keys = Keys{}
	for _, jwk := range set.Keys {
		n, errN := base64.RawURLEncoding.DecodeString(jwk.N)
		e, errE := base64.RawURLEncoding.DecodeString(jwk.E)
		if errN != nil || errE != nil {
			return fmt.Errorf("the key %q cannot be read", jwk.Kid)
		}
		exponent := int(new(big.Int).SetBytes(e).Int64())
		(*keys)[jwk.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: exponent}
	}
	return nil
}

// Find looks a key up by its name.
func (keys Keys) Find(keyID string) (*rsa.PublicKey, error) {
	if key := keys[keyID]; key != nil {
		return key, nil
	}
	return nil, Refused("key_unknown")
}

// PlatformKeys are kept for five minutes; a new name is looked up at once, but not with every
// forgery.
type PlatformKeys struct {
	URL     string
	mutex   sync.Mutex
	known   Keys
	fetched time.Time
}

// Find looks a key up by its name, here or at the platform.
func (platform *PlatformKeys) Find(keyID string) (*rsa.PublicKey, error) {
	platform.mutex.Lock()
	defer platform.mutex.Unlock()
	age := time.Since(platform.fetched)
	if age > 5*time.Minute || (platform.known[keyID] == nil && age > 10*time.Second) {
		answer, err := client.Get(platform.URL)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		fresh := Keys{}
		if err := json.NewDecoder(io.LimitReader(answer.Body, longestBody)).Decode(&fresh); err != nil {
			return nil, err
		}
		platform.known, platform.fetched = fresh, time.Now()
	}
	return platform.known.Find(keyID)
}
