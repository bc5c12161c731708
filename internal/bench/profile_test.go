package main

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/sampan-go/sampan/adapters/alibaba1688"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/plugintest"
)

// BenchmarkPage reads a page of 100 orders through the adapter alone, for profiles.
func BenchmarkPage(b *testing.B) {
	b.Chdir("../..")
	a, err := newAnswers()
	if err != nil {
		b.Fatal(err)
	}
	gateway := httptest.NewServer(a)
	defer gateway.Close()
	adapter, err := alibaba1688.New([]byte(`{"base_url":"` + gateway.URL + `/0s/100","access_key":"k","access_secret":"s","user_id":"u","allow_private":true}`))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if page, err := adapter.ListOrders(b.Context(), core.ListOrdersRequest{PageSize: perPage}); err != nil || len(page.Orders) != perPage {
			b.Fatal(err)
		}
	}
}

// BenchmarkPageThroughTheContract reads the same page through gRPC, both sides in this process.
func BenchmarkPageThroughTheContract(b *testing.B) {
	b.Chdir("../..")
	a, err := newAnswers()
	if err != nil {
		b.Fatal(err)
	}
	gateway := httptest.NewServer(a)
	defer gateway.Close()
	adapter, err := alibaba1688.New([]byte(`{"base_url":"` + gateway.URL + `/0s/100","access_key":"k","access_secret":"s","user_id":"u","allow_private":true}`))
	if err != nil {
		b.Fatal(err)
	}
	page, err := adapter.ListOrders(b.Context(), core.ListOrdersRequest{PageSize: perPage})
	if err != nil {
		b.Fatal(err)
	}
	client := plugintest.Connect(b, canned{adapter, page})
	b.ReportAllocs()
	for b.Loop() {
		if page, err := client.ListOrders(b.Context(), core.ListOrdersRequest{PageSize: perPage}); err != nil || len(page.Orders) != perPage {
			b.Fatal(err)
		}
	}
}

// canned gives one page that was read before.
type canned struct {
	core.Adapter
	page core.OrderPage
}

func (c canned) ListOrders(context.Context, core.ListOrdersRequest) (core.OrderPage, error) {
	return c.page, nil
}
