package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"hooksafe/handlers/formats"
)

// What lets a program in at the other side.
const (
	tenantTokenVariable  = "AUTH0_ACCESS_TOKEN"
	tenantIDVariable     = "AUTH0_CLIENT_ID"
	tenantSecretVariable = "AUTH0_CLIENT_SECRET"
)

// readTenant reads the hooks of an Auth0 tenant, or of another server of Hooksafe, over
// the Management API. It hands out no values, so the secrets are pending.
func readTenant(cmd *cobra.Command, address string) ([]formats.Hook, error) {
	base, err := readServer(address)
	if err != nil {
		return nil, fmt.Errorf("--from-auth0: %w", err)
	}
	hooks, err := readTenantAt(cmd, base)
	if err != nil && !strings.HasPrefix(err.Error(), base) {
		err = fmt.Errorf("%s: %w", base, err)
	}
	return hooks, err
}

func readTenantAt(cmd *cobra.Command, base string) ([]formats.Hook, error) {
	ctx := cmd.Context()
	token, err := tenantToken(ctx, base)
	if err != nil {
		return nil, err
	}
	other := newClient(base, token)
	list, err := other.hooks(ctx, "id,name")
	if err != nil {
		return nil, err
	}
	if len(list) > formats.MaxFiles {
		return nil, fmt.Errorf("these are %d hooks, and one import may have %d", len(list), formats.MaxFiles)
	}
	far := newProgress(cmd, len(list), "hooks read")
	defer far.end()
	hooks := make([]formats.Hook, len(list))
	size := 0
	for i, h := range list {
		full, err := other.hook(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		names, err := other.hookSecretNames(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		hooks[i] = full.file()
		for _, name := range names {
			hooks[i].Secrets = append(hooks[i].Secrets, formats.Secret{Name: name, Pending: true})
			size += len(name)
		}
		if size += len(full.Script); size > formats.MaxImport {
			return nil, fmt.Errorf("the hooks are more than the %d MiB that an import may have", formats.MaxImport>>20)
		}
		far.step()
	}
	return hooks, nil
}

// tenantToken is the token that was given, or one that the other side hands out.
func tenantToken(ctx context.Context, base string) (string, error) {
	token, id, secret := takeVariable(tenantTokenVariable), os.Getenv(tenantIDVariable), takeVariable(tenantSecretVariable)
	switch {
	case token != "":
		return token, nil
	case id == "" || secret == "":
		return "", errors.New("set " + tenantTokenVariable + ", or " + tenantIDVariable + " and " + tenantSecretVariable)
	}
	var granted struct {
		Token string `json:"access_token"`
	}
	err := newClient(base, "").call(ctx, http.MethodPost, "/oauth/token", map[string]string{
		"grant_type": "client_credentials", "client_id": id, "client_secret": secret, "audience": base + "/api/v2/",
	}, &granted)
	if err == nil && granted.Token == "" {
		err = errors.New("/oauth/token hands out no token")
	}
	return granted.Token, err
}
