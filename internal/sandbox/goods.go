package sandbox

// seller is a shop. Values come from the documents' examples; an empty one is
// not shown in any example.
type seller struct {
	openID, loginID, memberID      string
	company, contactName, contactM string
}

// good is one thing that can be ordered: a Taobao distribution item and SKU, or
// a 1688 offer and spec. promoFen is taken off for every promoPer pieces.
type good struct {
	market             string
	itemID, skuID      string
	offerID            int64
	offerMapID, specID string
	title, unit        string
	priceFen           int64
	freightFen         int64
	promoFen, promoPer int64
	skuInfos           []nameValue
	images             []string
	cargoNumber        string
	seller             *seller
}

type nameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// amountFen is what quantity pieces cost after the item promotion.
func (g *good) amountFen(quantity int64) int64 {
	return g.priceFen*quantity - g.discountFen(quantity)
}

func (g *good) discountFen(quantity int64) int64 {
	if g.promoPer == 0 {
		return 0
	}
	return quantity / g.promoPer * g.promoFen
}

var (
	fashionShop = &seller{openID: "BBBsYj57TvauuzYy0AH4tDVCQ", loginID: "斯嘉丽服装商行"}
	cameraShop  = &seller{openID: "BBBhWsUyJ9jS2iI0O2lf3GTXg", loginID: "宝视源科技"}
	pencilShop  = &seller{
		loginID: "义乌莎诗文具百货有限公司", memberID: "b2b-2208112041019eda4c",
		company: "义乌市莎诗贸易有限公司", contactName: "蔡景雄", contactM: "18248548872",
	}
)

// catalogue is all that the two marketplaces sell here.
// Fiction: titles and prices of the Taobao items, and the price of every item
// beyond what the examples show.
var catalogue = []*good{
	{market: marketTaobao, itemID: "600126245031041190", skuID: "5016042822039", title: "测试商品一", priceFen: 1},
	{market: marketTaobao, itemID: "600129202197070073", skuID: "4860968496626", title: "测试商品二", priceFen: 1},
	{market: marketTaobao, itemID: "2048153758314474", skuID: "3357413213162", title: "测试商品三", priceFen: 1480},
	{
		market: market1688, offerID: 706627393257, offerMapID: "0TKFRHPSMug9XFLmzNmVXw",
		specID: "b1f7eb839828d3781406f0a1074de3c9", skuID: "5739035294244",
		title: "24S跨境欧美潮牌恶魔岛多口袋松紧休闲工装短裤男女沙滩五分裤", unit: "件",
		priceFen: 7500, freightFen: 700, seller: fashionShop,
		skuInfos: []nameValue{{"颜色", "黑印黑色"}, {"尺码", "S"}},
		images: []string{
			"http://cbu01.alicdn.com/img/ibank/O1CN01gLdsgC1Bs333C46ph_!!0-0-cib.80x80.jpg",
			"http://cbu01.alicdn.com/img/ibank/O1CN01gLdsgC1Bs333C46ph_!!0-0-cib.jpg",
		},
	},
	{
		market: market1688, offerID: 743470146022, offerMapID: "DPUnltuJWnOM-Gsg24_8wA",
		specID: "05c58ea07c78470131be60b47068329c", skuID: "5283756340579",
		title: "太阳能摄像头高清夜视远程手机室外360全景无死角摄像头监控器", unit: "套",
		priceFen: 59900, freightFen: 2500, promoFen: 2995, promoPer: 1, seller: cameraShop,
		skuInfos: []nameValue{{"规格", "WIFI全球款【双镜头双画面】60W、30A"}},
		images: []string{
			"http://cbu01.alicdn.com/img/ibank/O1CN01GiDXYS1Bs32BEYQzT_!!0-0-cib.80x80.jpg",
			"http://cbu01.alicdn.com/img/ibank/O1CN01GiDXYS1Bs32BEYQzT_!!0-0-cib.jpg",
		},
	},
	{
		market: market1688, offerID: 623686863670,
		specID: "53a1eff0fa008b2b9f32a120b0a050f2", skuID: "5403412737023",
		title: "绘图画画考试2B铅笔小学生学习写字无铅毒铅笔不易断素描套装铅笔", unit: "盒", cargoNumber: "344",
		priceFen: 180, freightFen: 300, promoFen: 4, promoPer: 5, seller: pencilShop,
		skuInfos: []nameValue{{"铅芯颜色", "2B铅笔1盒"}, {"铅芯硬度", "2B"}},
		images: []string{
			"http://cbu01.alicdn.com/img/ibank/O1CN01s3tVTC1Bs2xBEEkxv_!!0-0-cib.80x80.jpg",
			"http://cbu01.alicdn.com/img/ibank/O1CN01s3tVTC1Bs2xBEEkxv_!!0-0-cib.jpg",
		},
	},
}

// findTaobao tells why a line cannot be bought. Fiction: the error codes.
func findTaobao(itemID, skuID string) (g *good, errorCode, errorMessage string) {
	errorCode, errorMessage = "ITEM_NOT_FOUND", "商品不存在"
	for _, g := range catalogue {
		if g.market != marketTaobao || g.itemID != itemID {
			continue
		}
		if g.skuID == skuID {
			return g, "", ""
		}
		errorCode, errorMessage = "SKU_NOT_FOUND", "商品规格不存在"
	}
	return nil, errorCode, errorMessage
}

// findOffer looks a 1688 line up by the encrypted or the numeric offer id.
func findOffer(offerMapID string, offerID int64, specID string) *good {
	for _, g := range catalogue {
		if g.market != market1688 || g.specID != specID {
			continue
		}
		if offerMapID != "" && g.offerMapID == offerMapID || offerMapID == "" && g.offerID == offerID {
			return g
		}
	}
	return nil
}
