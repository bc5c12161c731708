package wirejson_test

import (
	"fmt"

	"github.com/sampan-go/sampan/core/wirejson"
)

func Example() {
	const answer = `{"data": "{\"id\": 2257164624870311973, \"totalAmount\": 11.96, \"quantity\": \"5\", \"createTime\": \"2018-02-07 15: 27: 58\"}"}`
	type order struct {
		ID         wirejson.ID     `json:"id"`
		TotalYuan  wirejson.Number `json:"totalAmount"`
		Quantity   wirejson.Int    `json:"quantity"`
		CreateTime wirejson.Time   `json:"createTime"`
	}
	var wire struct {
		Data wirejson.Embedded[order] `json:"data"`
	}
	if err := wirejson.Decode([]byte(answer), &wire); err != nil {
		fmt.Println(err)
		return
	}
	total, err := wire.Data.Value.TotalYuan.Yuan()
	fmt.Println(wire.Data.Value.ID, total, err)
	fmt.Println(wire.Data.Value.Quantity.N, wire.Data.Value.CreateTime)
	// Output:
	// 2257164624870311973 11.96 CNY <nil>
	// 5 2018-02-07 07:27:58 +0000 UTC
}
